"""Processes that compute for the application: compiled code and data frames are loaded there, and nowhere else.

They open no database and hold no secret: what a task needs is handed to it, and what it found comes back.
"""
