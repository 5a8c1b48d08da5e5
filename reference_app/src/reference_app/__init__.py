"""The ForexAI platform: a Litestar application assembled from the installed plugins."""
