"""What the pages of a bulletin show."""
