"""What Kuffert promises, each promise a test."""
