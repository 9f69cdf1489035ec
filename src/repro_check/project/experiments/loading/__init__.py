"""How code loads configs, and which files it loads."""
