"""What time it is, which days count, and the clocks that run."""
