"""Where configs declare data, and what they record of them."""
