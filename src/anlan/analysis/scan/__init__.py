"""Is something happening here and now? Scan statistics over circles and windows of days."""

from __future__ import annotations

from anlan.analysis.scan.space_time import ScanCluster, SpaceTimeScan, space_time_scan

__all__ = ["ScanCluster", "SpaceTimeScan", "space_time_scan"]
