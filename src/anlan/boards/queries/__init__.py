"""The figures of the overview. They count what the whole city has; a list opens only to whom its own page is open.

Each reads a range of an index (received_at, opened_at, dispatched_at, the running clocks) or a table of few rows.
"""
