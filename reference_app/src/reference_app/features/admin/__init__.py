"""What administrators of the platform see and do."""
