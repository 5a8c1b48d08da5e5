"""Before a run begins: prices, instruments, accounts and costs become one stream of events and what kernels take."""
