"""An account behind a connector, as a broker of the core: for sessions that run on the platform."""
