"""What a deal does to the account: prices and money, commission, swap, margin, positions, and the equity curve."""
