"""The services as they come with the core: files, memory and SQLite, for one person or one server."""
