"""Rules on randomness and determinism."""
