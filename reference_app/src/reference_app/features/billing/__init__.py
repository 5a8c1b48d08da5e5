"""The plan that holds for a tenant, and what was used of it."""
