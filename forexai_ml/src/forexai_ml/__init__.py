"""Machine learning for ForexAI: features, labels, models and strategies that use them."""
