"""What whoever runs the platform sees and does: people, tenants, and their suspension."""
