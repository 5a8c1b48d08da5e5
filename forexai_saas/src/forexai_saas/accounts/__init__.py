"""Accounts: people, how they sign in, and what they and their programs may do. Services, without HTTP."""
