"""The plain-text advisor: answers from facts, by rules, without a language model and without a network."""
