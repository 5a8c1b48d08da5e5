"""``forexai trials``: the ledger of everything that was tried."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forexai_core.cli.failures import ExitCode, message_of
from forexai_core.cli.options import AsJson, examples
from forexai_core.cli.printing import note, print_json, say, show_table
from forexai_core.errors import ConfigError, IntegrityError

if TYPE_CHECKING:
    from forexai_core.services.trials import FileTrials

__all__ = ["app", "list_trials", "verify"]

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, no_args_is_help=True,
    help="List and verify the ledger of everything that was tried.",
    epilog=examples("forexai trials list", "forexai trials verify r.json"),
)  # fmt: skip

Ledger = Annotated[Path | None, typer.Option(help="File of the ledger; default the one in your data folder.")]
Last = Annotated[int, typer.Option(min=1, help="How many of the newest.")]
OfStrategy = Annotated[str | None, typer.Option("--strategy", help="Only of this strategy.")]
File = Annotated[
    Path | None, typer.Argument(metavar="[RESULT]", help="A saved result that must fit the ledger.", show_default=False)
]


def _ledger(path: Path | None) -> tuple[FileTrials, Path]:
    # Slow to load: help needs none of it.
    from forexai_core.services.assembly import TRIALS_FILE, default_home
    from forexai_core.services.trials import FileTrials

    if path is not None and not path.exists():
        raise ConfigError(f"There is no ledger {path}. Check its name; without --ledger your own is taken.")
    place = path or default_home() / TRIALS_FILE
    return FileTrials(place), place


@app.command(
    "list", epilog=examples("forexai trials list", "forexai trials list --strategy sma-cross --last 100 --json")
)
def list_trials(last: Last = 20, strategy: OfStrategy = None, ledger: Ledger = None, as_json: AsJson = False) -> None:
    """List the newest trials, newest last.

    Trying often until one result looks good is how luck is mistaken for skill: so every run is counted.
    """
    trials, place = _ledger(ledger)
    records = [each for each in trials.records() if strategy in {None, each.idea.strategy}]
    if as_json:
        print_json({"ledger": place, "trials": len(records), "newest": records[-last:]})
        return
    if not records:
        note(f"No trial is recorded in {place} yet.")
        return
    show_table(
        ("When", "Strategy", "Symbol", "Timeframe", "From", "To", "Sets", "Net profit", "Sharpe", "Trades"),
        [_row(each) for each in records[-last:]],
        right=("Sets", "Net profit", "Sharpe", "Trades"),
    )
    say(f"\n{len(records):,} trials in {place}")


def _row(trial: Any) -> tuple[str, ...]:
    # Slow to load: help needs none of it.
    from forexai_core.values.clocks import format_time_ns

    idea, figures = trial.idea, trial.metrics
    return (
        format_time_ns(trial.recorded_at_ns)[:16],
        idea.strategy,
        " ".join(idea.symbols),
        idea.timeframe,
        format_time_ns(idea.start_ns)[:10],
        format_time_ns(idea.stop_ns)[:10],
        f"{trial.evaluations:,}",
        _figure(figures.get("net_profit"), 2),
        _figure(figures.get("sharpe"), 2),
        _figure(figures.get("total_trades"), 0),
    )


def _figure(value: float | None, digits: int) -> str:
    return "n/a" if value is None else f"{value:z,.{digits}f}"


@app.command(epilog=examples("forexai trials verify", "forexai trials verify r.json"))
def verify(file: File = None, ledger: Ledger = None, as_json: AsJson = False) -> None:
    """Check that no trial was changed or removed, and that a saved result's count is the ledger's.

    Ends with 1 when the ledger contradicts itself or the result.
    """
    trials, place = _ledger(ledger)
    stamped = None
    if file is not None:
        # Slow to load, and only for a result.
        from forexai_core.entry import load_result

        count = load_result(file).trials_count
        if count is None:
            raise ConfigError(f"{file} was made without a ledger of trials: there is nothing to compare.")
        stamped = count.head
    try:
        head = trials.verify(stamped)
    except IntegrityError as error:
        if as_json:
            print_json({"ledger": place, "sound": False, "problem": message_of(error)})
        else:
            say(f"Not sound: {message_of(error)}")
        raise typer.Exit(ExitCode.FOUND) from None
    if as_json:
        print_json({"ledger": place, "sound": True, "head": head})
        return
    fits = "" if file is None else f" It contains the head that {file} carries."
    say(f"Sound: {head.length:,} trials in {place}, each chained to the one before.{fits}")
