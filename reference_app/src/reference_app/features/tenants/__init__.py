"""Tenants, who works for them, and invitations."""
