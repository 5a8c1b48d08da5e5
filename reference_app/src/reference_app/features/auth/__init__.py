"""Registering, signing in and out, second factors, and passwords."""
