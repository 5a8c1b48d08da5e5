"""What is traded, and its prices: symbols, markets that move or are quoted by hand, and what disturbs them."""
