"""What the installed plugins offer."""
