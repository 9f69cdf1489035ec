"""Model files, read without running anything of them: what they hold and what loading would run."""
