"""An issue on paper."""
