"""The operator's room of people."""
