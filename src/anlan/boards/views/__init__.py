"""Pages of boards: they only read."""
