"""One file in, facts out: what a file says, from its bytes alone. Knows nothing of rules."""
