"""The audit log: one chain of hashes a tenant, in which people can be forgotten and nothing be changed."""
