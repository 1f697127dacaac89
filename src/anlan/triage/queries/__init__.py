"""Reads of incidents that join models."""
