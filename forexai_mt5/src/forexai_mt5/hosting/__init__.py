"""A simulated terminal as a process of its own, as the real one is: it outlives the programs that talk to it."""
