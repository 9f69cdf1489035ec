"""Rules on notebooks."""
