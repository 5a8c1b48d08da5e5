"""Run the main job in an installation: a backtest of the bundled sample, saved, loaded and reported."""

from __future__ import annotations

import sys
from pathlib import Path

import forexai_core as fx


def main() -> int:
    """Return 0 when the installed core backtests its sample and its plugins are found."""
    bars = fx.sample("EURUSD", "H1")
    result = fx.backtest(
        fx.strategies.SmaCross(fast=20, slow=50, volume_lots=0.1), bars, account=fx.Account(balance=10_000)
    )
    result.save("smoke.json")
    result.report("smoke.html")
    same = fx.load_result("smoke.json").result_fingerprint == result.result_fingerprint
    trades, size = len(result.trades), Path("smoke.html").stat().st_size
    sys.stdout.write(f"forexai_core at {fx.__file__}: {len(bars)} bars, {trades} trades, report of {size} bytes\n")
    return 0 if same and trades and size > 10_000 else 1


if __name__ == "__main__":
    sys.exit(main())
