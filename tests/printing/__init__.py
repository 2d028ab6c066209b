"""Paper, read back as it would be held."""
