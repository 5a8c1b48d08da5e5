"""The platform's side of the connector protocol: a component that an ASGI application mounts, on the core's ports."""
