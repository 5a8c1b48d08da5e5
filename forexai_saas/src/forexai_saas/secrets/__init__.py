"""Secrets of tenants and people, encrypted by keys of their own, which the master key wraps."""
