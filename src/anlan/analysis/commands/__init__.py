"""Commands that need no server: `anlan spots`."""
