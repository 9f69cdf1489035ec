"""Rules on checkpoints."""
