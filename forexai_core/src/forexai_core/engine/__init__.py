"""The one ledger: a compiled state machine that backtests, replays and paper accounts all drive."""
