"""The ground of the simulated city: its folder, its units, its words."""
