"""What people type, by door."""
