"""Prices that grow while a session runs, and all that is laid out over them."""
