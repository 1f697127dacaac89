"""Commands of the bulletin."""
