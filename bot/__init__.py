"""Kuffert: a suitcase of books and games, as a chat in the family's own language."""

VERSION = "0.1.0"
