"""Oscillators: how fast prices move, and whether they have moved far."""
