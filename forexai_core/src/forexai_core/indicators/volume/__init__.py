"""Volume: what was traded while prices moved."""
