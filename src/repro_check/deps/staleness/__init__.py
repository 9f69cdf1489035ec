"""Whether a lock still says what its manifest asks for, told without resolving anything."""
