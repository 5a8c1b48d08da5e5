"""Routes that plugins bring."""
