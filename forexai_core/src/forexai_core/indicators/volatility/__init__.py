"""Volatility: how far prices swing, and channels as wide as that."""
