"""Pages of studies and sites."""
