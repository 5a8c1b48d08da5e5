"""Strategies: those that plugins offer, and rules that tenants write."""
