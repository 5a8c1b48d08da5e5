"""Notices to people, and how they want to be told."""
