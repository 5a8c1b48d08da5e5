"""People about themselves."""
