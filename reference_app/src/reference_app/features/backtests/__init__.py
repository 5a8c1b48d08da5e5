"""Backtests: asked for once, run by a process, counted by the plan."""
