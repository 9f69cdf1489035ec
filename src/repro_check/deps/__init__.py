"""Freezing dependencies, proving that what is frozen installs, and containers made from it."""
