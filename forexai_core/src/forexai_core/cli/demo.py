"""The main job in one go: ``python -m forexai_core.cli.demo``, or ``nox -s demo`` in a checkout.

Two strategies over a year of real prices that come with the package, compared in a table, with a report of each.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from forexai_core.cli.printing import on_terminal, say, show_table
from forexai_core.cli.waiting import note_compiling, progress_of

if TYPE_CHECKING:
    from forexai_core.backtesting import Result

__all__ = ["FOLDER", "main"]

FOLDER = Path("forexai-demo")
"""Where the demo writes, in the working folder."""

_INTRODUCTION = """\
ForexAI demo: what would two well-known ideas have earned on EURUSD in 2017?

  sma-cross          buys when a fast average of the price turns above a slow one, sells when it turns below
  donchian-breakout  buys when the price breaks above the range of the last day, sells when it breaks below

Both trade 0.10 lots on an account of 10,000 USD, with a stop 30 pips and a target 60 pips away. Every cost is on: the
spread between buying and selling, 3.50 USD commission per lot and side, and the interest (swap) of positions held
overnight. A decision is made when an hour has ended and executed at the first price of the next."""

_NEXT = """\
Try next:
  {program} strategies         what else there is, with its parameters
  {program} data sample        writes these prices to EURUSD_H1.csv.gz
  {program} backtest rsi-reversion -d EURUSD_H1.csv.gz -s EURUSD -t H1 --html r.html
  {program} backtest --help    your own prices, your own strategy, other costs"""


_TEXT_BROWSERS = {"www-browser", "links", "elinks", "lynx", "w3m"}

_COLUMNS = {
    "total_trades": "Trades",
    "win_rate": "Won",
    "net_profit": "Net profit",
    "total_commission": "Commission",
    "total_swap": "Swap",
    "max_drawdown": "Max drawdown",
    "sharpe": "Sharpe",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``--no-browser`` keeps the report from being opened.

    Returns
    -------
    int
        Exit code.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if set(given) - {"--no-browser"}:
        sys.stderr.write("error: the demo knows one option: --no-browser.\n")
        return 2
    say(_INTRODUCTION)
    say()
    sys.stdout.flush()
    started = time.monotonic()
    results = _run_both()
    show_table(("Strategy", *_COLUMNS.values()), [_cells(each) for each in results], right=_COLUMNS.values())
    say()
    say(_words(results))
    say()
    reports = [each.report(FOLDER / f"{each.strategy_name}.html").resolve() for each in results]
    for report in reports:
        say(f"report: {report}")
    say(f"\n{_NEXT.format(program=_program())}")
    say(f"\ndone in {time.monotonic() - started:.0f} s")
    sys.stdout.flush()
    if "--no-browser" not in given:
        _open_page(reports[0])
    return 0


def _open_page(page: Path) -> None:
    if _has_display():
        webbrowser.open(page.as_uri())


def _run_both() -> list[Result]:
    # Slow to load; the introduction is on the screen by then.
    import forexai_core as fx
    from forexai_core.services.trials import FileTrials

    ideas = (
        fx.strategies.SmaCross(fast=20, slow=50, stop_loss_pips=30, take_profit_pips=60, volume_lots=0.10),
        fx.strategies.DonchianBreakout(
            entry_period=24, exit_period=12, stop_loss_pips=30, take_profit_pips=60, volume_lots=0.10
        ),
    )
    account, costs = fx.Account(balance=10_000, currency="USD"), fx.Costs(commission_per_lot=3.5)
    FOLDER.mkdir(exist_ok=True)
    trials = FileTrials(FOLDER / "trials.txt")  # beside the reports: the demo leaves the person's own ledger alone
    bars = fx.sample("EURUSD", "H1")
    note_compiling()
    results = []
    for idea in ideas:
        with progress_of(f"running {idea.name}"):
            results.append(fx.backtest(idea, bars, account=account, costs=costs, trials=trials))
    return results


def _cells(result: Result) -> tuple[str, ...]:
    # Slow to load, like the run that it shows.
    from forexai_core.backtesting.summary import figure_text
    from forexai_core.metrics import METRICS

    account, figures = result.account, result.metrics
    return (
        result.strategy_name,
        *(
            figure_text(figures[name], METRICS[name].unit, currency=account.currency, digits=account.digits)
            for name in _COLUMNS
        ),
    )


def _words(results: Sequence[Result]) -> str:
    """Say what the table is worth."""
    data = results[0].data[0]
    tried = ", ".join(f"{each.strategy_name} {_times(each.trials or 0)}" for each in results)
    spread = next((cost.value for cost in results[0].costs if cost.name == "spread"), None)
    width = "" if spread is None else f" of {spread:g} points"
    return (
        f"{data.rows:,} hourly bars; net profit is after all costs. The spread{width} is paid inside the prices, about "
        "1 USD a trade here.\n"
        f"Tried so far on these prices: {tried}. Whoever tries long enough finds something\n"
        "that looks good by luck.\n"
        "A backtest is no promise: it tells what would have happened to one idea on one year of one market."
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _program() -> str:
    """Give what starts the command line from where the person is, whatever the shell's own path is.

    The path that this process searches says nothing of it: nox puts the environment of the demo there.
    """
    script = Path(sys.executable).with_name("forexai.exe" if sys.platform == "win32" else "forexai")
    if not script.exists():
        return f"{_typed(Path(sys.executable))} -m forexai_core.cli"
    here = Path.cwd()
    return _typed(script.relative_to(here) if script.is_relative_to(here) else script)


def _typed(path: Path) -> str:
    """Write a path as it is typed in a shell."""
    text = str(path) if path.parent != Path(os.curdir) else f"{os.curdir}{os.sep}{path}"
    if sys.platform == "win32":
        return f'"{text}"' if " " in text else text
    return shlex.quote(text)


def _has_display() -> bool:
    """Tell whether a person sits at a terminal with a display that a browser can open on."""
    if not on_terminal():
        return False
    if sys.platform in {"win32", "darwin"}:
        return True
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # Without a display Python finds browsers of text at most.
    return getattr(browser, "name", "") not in _TEXT_BROWSERS


if __name__ == "__main__":
    sys.exit(main())
