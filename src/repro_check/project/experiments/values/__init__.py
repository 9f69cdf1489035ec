"""The values of config files that Hydra does not compose."""
