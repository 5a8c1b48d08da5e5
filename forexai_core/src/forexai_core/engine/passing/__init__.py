"""Passing quickly over events at which nothing can happen but that prices move."""
