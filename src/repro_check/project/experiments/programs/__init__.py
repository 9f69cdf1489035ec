"""The experiments of each kind of program, and what their commands say."""
