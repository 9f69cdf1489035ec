"""Readers of the files from which containers are built."""
