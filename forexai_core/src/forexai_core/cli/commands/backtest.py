"""``forexai backtest``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import (
    AsJson,
    Ask,
    Bid,
    Folder,
    From,
    MaybeSymbol,
    MaybeTimeframe,
    OwnInstrument,
    Read,
    Timezone,
    To,
    examples,
)

__all__ = ["app", "backtest"]

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_EXAMPLES = examples(
    "forexai backtest sma-cross --data GBPUSD_H1.csv.gz -s GBPUSD -t H1 --timezone new-york+7",
    "    -p fast=20 -p slow=50 -p stop_loss_pips=30 -p take_profit_pips=60 --save r.json --html r.html",
    "forexai backtest donchian-breakout -s EURUSD -t H1 --from 2015-01-01      (from the library)",
    "forexai backtest my_idea.py:Breakout --bid bid.csv.gz --ask ask.csv.gz -s GBPUSD -t M1",
    "forexai backtest rules.json --config account.toml --json > result.json",
    "",
    "account.toml has sections [account] [costs] [data] [parameters] [rates] [risk]:",
    "    [data]",
    "    read = { spikes = 'keep', max_file_bytes = 4_000_000_000 }      (what --read takes)",
    "    instrument = 'my_index.toml'",
    "    [account]",
    "    balance = 25000.0",
    "    [costs]",
    "    commission_per_lot = 3.5",
    "",
    "forexai backtest --config portfolio.toml      (several strategies on one account)",
    "    [[feeds]]                                  (one for each symbol, its finest prices)",
    "    path = 'EURUSD_M15.csv.gz'",
    "    symbol = 'EURUSD'",
    "    timeframe = 'M15'",
    "    timezone = 'UTC'",
    "    [[strategies]]",
    "    sleeve = 'trend'",
    "    name = 'sma-cross'",
    "    symbol = 'EURUSD'",
    "    timeframe = 'H4'",
    "    parameters = { fast = 10, slow = 30 }",
)

Strategy = Annotated[
    str | None,
    typer.Argument(
        metavar="STRATEGY",
        help="A name (see: forexai strategies), module:Class, file.py:Class or rules.json; without, --config lists "
        "several under [[strategies]].",
        show_default=False,
    ),
]
Data = Annotated[str | None, typer.Option("--data", "-d", help="File of bars or ticks; without, the library is asked.")]
Param = Annotated[list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; repeat it.")]
Config = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="TOML file with settings; options win over it.")
]
Save = Annotated[Path | None, typer.Option("--save", help="Save the whole result as JSON, for forexai report.")]
Html = Annotated[Path | None, typer.Option("--html", help="Write the report as one HTML page.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write the trades as CSV.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write the report as PDF (needs a plugin that does).")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="Write the report for Excel (needs a plugin that does).")]
Balance = Annotated[float | None, typer.Option(help="Money at the start; default 10000.")]
Currency = Annotated[str | None, typer.Option(help="Currency of the account; default USD.")]
Leverage = Annotated[float | None, typer.Option(help="100 stands for 1:100; default 100.")]
Mode = Annotated[str | None, typer.Option(help="hedging or netting; default hedging.")]
Spread = Annotated[
    float | None, typer.Option(help="Fixed spread; default that of the prices, else the instrument's typical.")
]
Commission = Annotated[float | None, typer.Option(help="Per lot and side, account currency; default the instrument's.")]
Slippage = Annotated[float | None, typer.Option(help="Against you, on market and stop orders; default 0.")]
Swap = Annotated[float | None, typer.Option(help="Per lot and night; negative is paid; default the instrument's.")]
Finer = Annotated[str | None, typer.Option(help="File of a lower timeframe: the path inside each bar.")]
FinerTimeframe = Annotated[str | None, typer.Option(help="Of the --finer file; default M1.")]
Rate = Annotated[
    list[str] | None,
    typer.Option(metavar="PAIR=VALUE|FILE", help="A rate of conversion: a constant, or a file like --data's; repeat."),
]
LimitFill = Annotated[
    str | None,
    typer.Option(help="What limits and targets fill at that an open has passed: price or open; default price."),
]
Sessions = Annotated[
    str | None,
    typer.Option(help="ignore: prices prove an open market; enforce: the instrument's sessions; default ignore."),
]
PathModel = Annotated[
    str | None,
    typer.Option(
        "--path",
        help="Prices inside a bar: worst-first, open-high-low-close, open-low-high-close, adaptive or bridge; default "
        "worst-first.",
    ),
]
PropFirm = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE", help="Hold the account by a prop firm's rule set: a kind that ships, or a TOML file."
    ),
]
Latency = Annotated[float | None, typer.Option(help="From a decision to the venue, milliseconds; default 0.")]
JumpPoints = Annotated[
    int | None,
    typer.Option(help="Points beyond its price up to which a stop fills in the worst case; default 0.", min=0),
]
Seed = Annotated[int | None, typer.Option(help="Of everything random; default 0.")]
Ledger = Annotated[
    Path | None, typer.Option(help="Ledger that counts this trial; default the one in your data folder.")
]


@app.command(epilog=_EXAMPLES)
def backtest(
    strategy: Strategy = None,
    data: Data = None,
    bid: Bid = None,
    ask: Ask = None,
    symbol: MaybeSymbol = None,
    timeframe: MaybeTimeframe = None,
    timezone: Timezone = None,
    read: Read = None,
    instrument: OwnInstrument = None,
    library: Folder = None,
    start: From = None,
    stop: To = None,
    param: Param = None,
    config: Config = None,
    save: Save = None,
    html: Html = None,
    csv: Csv = None,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    balance: Balance = None,
    currency: Currency = None,
    leverage: Leverage = None,
    mode: Mode = None,
    spread_points: Spread = None,
    commission_per_lot: Commission = None,
    slippage_points: Slippage = None,
    swap_long_points: Swap = None,
    swap_short_points: Swap = None,
    finer: Finer = None,
    finer_timeframe: FinerTimeframe = None,
    rate: Rate = None,
    limit_fill: LimitFill = None,
    sessions: Sessions = None,
    path: PathModel = None,
    latency_ms: Latency = None,
    prop_firm: PropFirm = None,
    jump_points: JumpPoints = None,
    seed: Seed = None,
    ledger: Ledger = None,
    as_json: AsJson = False,
) -> None:
    """Run a strategy over prices, with spread, commission, swap, margin and conversion on.

    Decisions on a bar's close are executed at the next bar's open. Every run is counted in a ledger of trials: the
    more often an idea is tried on the same prices, the less its best result says.
    """
    given = dict(locals())  # the options by name, before anything else has one
    # Slow to load: help needs none of it.
    from forexai_core.cli.backtest_run import run_backtest

    run_backtest(given)
