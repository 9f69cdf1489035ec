"""Which keys of a config code reads."""
