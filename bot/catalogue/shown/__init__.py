"""What families are shown: every message, decided once for all networks."""
