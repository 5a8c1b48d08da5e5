"""Figures for the operator's monitoring."""
