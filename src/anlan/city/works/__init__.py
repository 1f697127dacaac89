"""What the simulated city puts right."""
