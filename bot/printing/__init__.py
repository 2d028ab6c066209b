"""Cards, letters and picture cards for paper; for now, the QR code of a card."""
