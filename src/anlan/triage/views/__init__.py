"""Pages of incidents, and what triage answers at the call desk."""
