"""Revisions of the tables of the platform library."""
