"""Reads of studies and sites."""
