"""The specification of the ledger (docs/engine.md) in plain Python: separate, simple and slow.

Prices are whole points, volumes whole steps, money whole minor units (cents) of the account's currency, everything
between them exact fractions; no binary floating point takes part. Nothing here imports the engine.
"""
