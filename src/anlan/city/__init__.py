"""The simulated reference city: its folder, its floods, and how well the miner finds its places."""
