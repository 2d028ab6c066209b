"""Assembles everything from the settings, starts it, ticks, and stops it."""
