"""Tenants, plans, metering and billing for platforms built on ForexAI."""
