"""Sessions: strategies on accounts, over one loop from replay to real money."""
