"""Conformance suites for the authors of plugins, and the simulated venues and markets that they need."""
