"""What all routes share: problems, permissions, headers."""
