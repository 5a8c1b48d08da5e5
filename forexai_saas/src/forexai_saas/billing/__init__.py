"""Billing: the meter, and the book that it keeps."""
