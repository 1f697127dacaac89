"""The arithmetic of somebody else's bulletin: its table is read, and what does not follow in it is named."""
