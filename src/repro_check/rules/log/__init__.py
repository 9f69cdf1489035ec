"""Rules on experiment logging."""
