"""Drift: what a session did against what a backtest of its period does, and the one cause of each difference."""
