"""Reads of dispatch that join models, by noun."""
