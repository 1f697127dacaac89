"""The demonstration: its build, its first morning, what it prints."""
