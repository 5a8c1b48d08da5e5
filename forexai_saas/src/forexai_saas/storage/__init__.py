"""Storage of the platform: tables, tenancy and upgrades, on SQLite and on PostgreSQL from one definition."""
