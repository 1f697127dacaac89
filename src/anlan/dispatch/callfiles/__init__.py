"""Files of another system's calls: mapping, records, what can have been, batches."""
