"""What files say of dependencies: those that declare them, and those that freeze them."""
