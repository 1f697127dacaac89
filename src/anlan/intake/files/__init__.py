"""Files of reports: which column is what, chunks, mappings, NDJSON."""
