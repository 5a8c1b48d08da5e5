"""The connector's window. What needs Qt (the extra ``desktop``) lies in ``widgets``; the rest runs without it."""
