"""Rules on secrets and unsafe loading."""
