"""Anlan 安澜: from a city's reports to places that stop failing."""

__version__ = "0.2.0"
