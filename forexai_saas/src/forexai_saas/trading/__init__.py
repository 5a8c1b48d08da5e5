"""Who may trade: one registry of permissions, roles and grants, and one gate before whatever touches an account."""
