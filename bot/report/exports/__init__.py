"""Exports: rows of children and families under pseudonyms, each column explained, for analysts."""
