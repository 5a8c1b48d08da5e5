"""The MetaTrader 5 package in a process of its own, which may hang or die without taking anything with it."""
