"""Trend: whether there is one, where it goes, and where it would end."""
