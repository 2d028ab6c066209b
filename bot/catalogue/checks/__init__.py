"""Check what was read, and say what is wrong, where, and what would be right."""
