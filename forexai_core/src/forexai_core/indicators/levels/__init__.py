"""Levels: extremes, pivots and swings, which prices may turn at."""
