"""How much Kuffert carries, measured beside other ways to send the same messages."""
