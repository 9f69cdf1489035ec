"""The experiments of a repository and the config that each of them really runs with."""
