"""One module a command, each with its ``app``; what a command works with loads when it runs."""
