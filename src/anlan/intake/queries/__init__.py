"""Reads of reports that join models, by noun."""
