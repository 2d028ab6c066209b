"""What Kuffert is built from: licences and the list of materials, made from the lock files."""
