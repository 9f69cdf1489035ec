"""Rules on portability."""
