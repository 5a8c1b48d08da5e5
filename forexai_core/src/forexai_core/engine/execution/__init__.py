"""What the venue does with orders and levels, at an open, inside a bar, and when money runs out."""
