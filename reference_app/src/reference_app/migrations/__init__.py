"""Revisions of the application's own tables."""
