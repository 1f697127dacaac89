"""Every measure of the city, by the stage whose rows it counts."""

from anlan.bulletin.measures import dispatch, hotspots, intake, prevention, triage, voice

__all__ = ["dispatch", "hotspots", "intake", "prevention", "triage", "voice"]
