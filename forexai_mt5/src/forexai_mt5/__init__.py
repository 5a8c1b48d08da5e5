"""MetaTrader 5 for ForexAI: terminal exports and history as data, accounts as brokers."""
