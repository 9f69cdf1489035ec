"""Rules on results."""
