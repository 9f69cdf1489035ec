"""Rules on suppression comments."""
