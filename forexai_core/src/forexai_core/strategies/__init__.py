"""Strategies: class, vector and compiled forms, rules as data, and ready-made templates."""
