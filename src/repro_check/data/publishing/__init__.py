"""What describes data that are published with the code."""
