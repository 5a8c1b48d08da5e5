"""Mails of the platform: their words, and how they go out."""
