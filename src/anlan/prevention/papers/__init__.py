"""What prevention prints on A4, by noun."""
