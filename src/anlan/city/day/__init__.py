"""The day of a served demonstration: what is heard, what the desk does with it, how crews walk."""
