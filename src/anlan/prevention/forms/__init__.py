"""What people type about problems and tasks."""
