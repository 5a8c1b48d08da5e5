"""The broker's side: one account on the one ledger, its checks and dealing, its orders, deals and positions."""
