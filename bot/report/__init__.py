"""Measures, disclosure, exports and the report, all of which start from the roster."""
