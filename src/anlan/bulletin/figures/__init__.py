"""What a figure is: its measure, its rows, what the public sees of it, and whether it still holds."""
