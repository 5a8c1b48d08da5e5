"""Moving averages: lines that follow a price."""
