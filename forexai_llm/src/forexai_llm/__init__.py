"""The ForexAI supervisor: grounded advice in plain text, with or without a language model."""
