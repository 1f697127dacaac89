"""What a simulated year brings, and what comes of it."""
