"""Backups: everything that is kept, in one file that any database of any kind can be made from."""
