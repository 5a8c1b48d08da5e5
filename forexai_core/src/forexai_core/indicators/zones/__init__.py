"""Zones in which prices have turned."""
