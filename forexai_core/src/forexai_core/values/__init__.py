"""Values of the trade: instruments, prices, orders, positions, accounts, clocks."""
