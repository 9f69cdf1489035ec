"""Which value a key has in a configuration that Hydra composes, where there is only one answer.

A small part of Hydra's composition (hydra/_internal/defaults_list.py of version 1.3): the order of
the defaults list, packages, `_self_`, `override` and `optional`. What it cannot tell, as options
that a program registers or a command line chooses, is said to be unresolved.
"""
