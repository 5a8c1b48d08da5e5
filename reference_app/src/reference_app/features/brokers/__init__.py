"""Accounts to trade on: at brokers, and on paper."""
