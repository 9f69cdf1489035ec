"""repro-check: why other people will not be able to reproduce this work."""

__version__ = "0.1.0"
