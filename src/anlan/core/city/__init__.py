"""The city of this data directory: its folder, its areas, its zone."""
