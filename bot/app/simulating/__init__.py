"""Simulated families for the demo: persons whom the machine plays, through the real bot."""
