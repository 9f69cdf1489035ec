"""`python -m repro_check`."""

from repro_check.cli import main

main()
