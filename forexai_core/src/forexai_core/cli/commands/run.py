"""``forexai run``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import AsJson, examples

__all__ = ["app", "run"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_EXAMPLES = examples(
    "forexai run session.toml --new",
    "forexai run session.toml",
    "forexai run session.toml --headless                 (for a service: lines of JSON on standard error)",
    "forexai run session.toml --json > ended.json        (one object at the end: trades, accounts, decisions, halted)",
    "forexai run session.toml --resume                   (after a kill: the newest run, from where it ended)",
    "forexai run live.toml --headless --metrics 9464     (figures for Prometheus, on this machine; 0: a free port)",
    "forexai run live.toml --arm main                    (an account with real money, which the file names and means)",
    "",
    "session.toml:",
    "    schema_version = 1",
    "    [session]",
    "    clock = 'replay'               (as fast as it goes; real: at the prices' own pace; accelerated: speed = 60)",
    "    journal = 'journal'",
    "    [[accounts]]",
    "    name = 'main'",
    "    broker = 'paper'",
    "    balance = 10000.0",
    "    [accounts.costs]",
    "    commission_per_lot = 3.5",
    "    [[feeds]]",
    "    source = 'file'",
    "    path = 'USDJPY_M1.csv.gz'",
    "    symbol = 'USDJPY'",
    "    timeframe = 'M1'",
    "    timezone = 'UTC'               (live = true: from the source's subscription, while the session runs)",
    "    [[strategies]]",
    "    name = 'sma-cross'",
    "    timeframe = 'H1'               (bars made of the feed's)",
    "    parameters = { fast = 20, slow = 50, stop_loss_pips = 30, volume_lots = 0.1 }",
    "    [risk]                         (a session has limits unless none = true)",
    "    max_daily_loss_fraction = 0.02",
    "",
    "Ctrl-C ends after the present price: positions keep the stops that stand at the venue. forexai kill, from another",
    "terminal, stops openings at once. forexai why JOURNAL --at TIME says what was decided, and why.",
)

File = Annotated[Path, typer.Argument(metavar="SESSION", dir_okay=False, help="The session file, TOML.")]
New = Annotated[
    bool, typer.Option("--new", help="Write such a file to begin with, over bundled prices, and run nothing.")
]
Live = Annotated[bool, typer.Option("--live", help="With --new: on prices that come while the session runs.")]
Headless = Annotated[bool, typer.Option("--headless", help="No screen: a line of JSON a minute on standard error.")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the newest run, which was killed or stopped, over recorded prices.")
]
Arm = Annotated[
    list[str] | None,
    typer.Option("--arm", metavar="ACCOUNT", help="Let an account trade with real money, for this start; repeatable."),
]
Metrics = Annotated[
    int | None,
    typer.Option(
        "--metrics",
        metavar="PORT",
        min=0,
        max=65_535,
        help="Serve figures to this machine: /metrics (Prometheus), /health and /ready; 0 takes a free port.",
    ),
]
Home = Annotated[Path | None, typer.Option(help="Folder whose halts are heeded; default your data folder.")]


@app.command(epilog=_EXAMPLES)
def run(
    file: File,
    new: New = False,
    live: Live = False,
    headless: Headless = False,
    arm: Arm = None,
    resume: Resume = False,
    metrics: Metrics = None,
    home: Home = None,
    as_json: AsJson = False,
) -> int:
    """Run strategies on accounts, by the loop and the limits of live trading: on paper, or at a venue.

    Every decision is written to the journal with what was seen, what risk said and what came of it. Each run has a
    folder of its own there.
    """
    if new:
        # Loaded where it is asked for, as the rest is.
        from forexai_core.cli.session_example import write_example

        return write_example(file, live=live)
    # Slow to load: help needs none of it.
    from forexai_core.cli.session_run import Start, run_session

    start = Start(armed=tuple(arm or ()), resume=resume, metrics_port=metrics)
    return run_session(file, start, headless=headless, as_json=as_json, home=home)
