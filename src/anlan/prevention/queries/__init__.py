"""Reads of prevention, by noun."""
