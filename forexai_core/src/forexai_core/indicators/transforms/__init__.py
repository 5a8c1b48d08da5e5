"""Transforms: one price made of the four of a bar, and bars made of bars."""
