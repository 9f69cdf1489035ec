"""Rules on dependencies."""
