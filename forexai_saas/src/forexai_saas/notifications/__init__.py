"""Telling people: mails go out from an outbox, each once."""
