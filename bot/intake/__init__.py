"""Files of schools in: every wrong row is named, and nothing is taken in by half."""
