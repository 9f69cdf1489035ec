"""The facts of all files of a repository, and the questions that need more than one of them."""
