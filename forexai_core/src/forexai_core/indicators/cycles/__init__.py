"""Cycles: the dominant period of prices and its phase, by the Hilbert transform."""
