"""Prices that tenants upload: kept as they came, checked by a process, and used by backtests."""
