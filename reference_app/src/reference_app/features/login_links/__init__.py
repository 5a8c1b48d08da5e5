"""Signing in by a link that whoever owns the home was given."""
