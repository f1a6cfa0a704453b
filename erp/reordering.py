"""Says what should be ordered from whom, and why."""
