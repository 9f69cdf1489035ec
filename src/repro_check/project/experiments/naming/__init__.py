"""Experiments by the words that people have for them, and the commands that start them."""
