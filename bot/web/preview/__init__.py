"""The preview: what a family sees, shown on this machine to those who write it, as they write."""
