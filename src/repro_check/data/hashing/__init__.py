"""How data become a digest: which files, by which hash, read by whom, remembered how."""
