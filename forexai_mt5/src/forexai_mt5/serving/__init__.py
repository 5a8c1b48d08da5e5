"""A worker for another machine: on Windows or under Wine, where the terminal is, for a program that runs elsewhere."""
