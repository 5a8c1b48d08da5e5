"""What the ledger keeps and reads: the records of its arrays, and the books over them."""
