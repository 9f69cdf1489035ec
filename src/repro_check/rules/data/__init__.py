"""Rules on data tracking."""
