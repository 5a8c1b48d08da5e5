"""What must hold for every run of the reference ledger, whatever is asked of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st
from reference.generator import generate
from reference.ledger import ReferenceLedger
from reference.money import to_minor
from reference.programs import Program, events_of, run
from reference.quotes import Bar

SEEDS = st.integers(min_value=10**6, max_value=10**9)
FEW = settings(max_examples=60)


@FEW
@given(SEEDS)
def test_balance_moves_by_the_sum_of_net_profits(seed: int) -> None:
    program, ledger = generate(seed)
    start = to_minor(Fraction(str(program["account"]["balance"])), ledger.book.account.digits)
    assert ledger.book.balance == start + sum(trade.net_profit for trade in ledger.book.trades)


@FEW
@given(SEEDS)
def test_nothing_stays_open_and_equity_ends_as_balance(seed: int) -> None:
    _, ledger = generate(seed)
    assert not ledger.book.positions
    last = ledger.equity_rows[-1]
    assert (last.balance, last.equity, last.margin) == (ledger.book.balance, ledger.book.balance, 0)


@FEW
@given(SEEDS)
def test_equity_rows_hold_at_every_close(seed: int) -> None:
    program, _ = generate(seed)

    def watch(ledger: ReferenceLedger, _number: int, _symbol: int, bar: Bar) -> None:
        if not bar.decides:
            return  # on the way through a bar
        book, row = ledger.book, ledger.equity_rows[-1]
        floating = sum(book.floating(p) + p.swap for p in book.positions.values())
        assert row.equity == row.balance + floating
        assert row.margin >= 0
        assert all(p.steps > 0 for p in book.positions.values())
        if book.account.netting:
            assert len({p.symbol for p in book.positions.values()}) == len(book.positions)

    run(program, watch)


def bounded(program: Program) -> bool:
    """Whether a price fills only so much, so that positions are built and closed in parts."""
    return any(name.startswith("liquidity") for name in program.get("execution", {}))


@FEW
@given(SEEDS)
def test_volume_is_conserved(seed: int) -> None:
    """What a position's parts close is what it opened; a ticket has one open price and time until it re-opens."""
    program, ledger = generate(seed)
    opened: dict[int, int] = {}

    def watch(seen: ReferenceLedger, _number: int, _symbol: int, _bar: Bar) -> None:
        for position in seen.book.positions.values():
            opened.setdefault(position.ticket, position.steps)

    run(program, watch)
    if ledger.book.account.netting or bounded(program):
        return
    for ticket, steps in opened.items():
        parts = [trade for trade in ledger.book.trades if trade.ticket == ticket]
        assert sum(part.steps for part in parts) >= steps
        reopenings = {part.close_ns for part in parts if part.close_reason == "rollover"}
        assert len({(part.open_points, part.open_ns, part.side) for part in parts}) == 1 + len(reopenings)


@FEW
@given(SEEDS)
def test_volumes_stay_within_the_contract(seed: int) -> None:
    program, _ = generate(seed)

    def watch(ledger: ReferenceLedger, _number: int, symbol: int, _bar: Bar) -> None:
        contract = ledger.book.contracts[symbol]
        for position in ledger.book.positions_of(symbol):
            closed_by = any(t.close_reason == "close_by" for t in ledger.book.trades)
            least = 1 if bounded(program) or closed_by else contract.min_steps
            assert ledger.book.account.netting or least <= position.steps <= contract.max_steps
        for side in (1, -1):
            held = sum(p.steps for p in ledger.book.positions_of(symbol) if p.side == side)
            netting_rest = ledger.book.account.netting or bounded(program)
            assert not contract.limit_steps or held <= contract.limit_steps or netting_rest

    run(program, watch)


@FEW
@given(SEEDS)
def test_exits_lie_where_the_bar_was(seed: int) -> None:
    """Targets fill at their price inside the bar; stops at theirs, at the open or at their fill, or worse."""
    program, ledger = generate(seed)
    costs = [symbol["costs"] for symbol in program["symbols"]]
    for trade in ledger.book.trades:
        against = ceil(costs[trade.symbol].get("slippage_points") or 0)
        fixed = "slippage_model" not in costs[trade.symbol]
        if trade.close_reason == "take_profit":
            assert trade.close_points == trade.target or program["limit_fill_open"]
        if trade.close_reason in {"stop_loss", "trailing_stop"}:
            assert trade.stop is not None
            worse = trade.side * (trade.stop - trade.close_points)
            grew = ledger.book.account.netting or ledger.book.partial_fills or trade.open_ns == trade.close_ns
            at_its_own_price = trade.intrabar and fixed and not grew
            assert worse == against if at_its_own_price else worse >= against
        assert trade.mae <= min(0, trade.profit)
        assert trade.mfe >= max(0, trade.profit)


@FEW
@given(SEEDS)
def test_stop_out_closes_only_what_is_below(seed: int) -> None:
    """An account that nothing exhausts is never stopped out; one without a level only under water."""
    program, ledger = generate(seed)
    safe = {**program, "account": {**program["account"], "stop_out": 0.0, "balance": 1e12}}
    assert all(trade.close_reason != "stop_out" for trade in run(safe).book.trades)
    for trade in ledger.book.trades:
        if trade.close_reason == "stop_out":
            assert program["account"]["stop_out"] > 0 or ledger.book.balance < 0 or trade.profit < 0


CENTRE = 10**7


def _mirrored_bar(row: list[int], other: list[int]) -> list[int]:
    opened, high, low, closed = other
    return [*row[:-4], CENTRE - opened, CENTRE - low, CENTRE - high, CENTRE - closed]


def _mirrored_order(kind: str) -> str:
    return kind.replace("buy", "sell") if kind.startswith("buy") else kind.replace("sell", "buy")


def mirrored(program: Program) -> Program:
    """Turn a market upside down, and every request with it: what was bought is sold."""
    symbols = []
    for number, symbol in enumerate(program["symbols"]):
        own = [bar for index, bar in events_of(program) if index == number]
        asks = [[bar.ask.open, bar.ask.high, bar.ask.low, bar.ask.close] for bar in own]
        instrument, costs = dict(symbol["instrument"]), dict(symbol["costs"])
        costs.pop("spread_points", None)
        for fields, long, short in (
            (instrument, "swap_long", "swap_short"),
            (costs, "swap_long_points", "swap_short_points"),
        ):
            if long in fields:
                fields[long], fields[short] = fields[short], fields[long]
        if "margin_rates" in instrument:
            instrument["margin_rates"] = {
                _mirrored_order(kind): rates for kind, rates in instrument["margin_rates"].items()
            }
        for dated in ("swap_rates", "cash_flows"):
            costs |= {dated: [[since, short, long] for since, long, short in costs[dated]]} if dated in costs else {}
        symbols.append(
            {
                **symbol,
                "instrument": instrument,
                "costs": costs,
                "column": None,
                "bars": [_mirrored_bar(row, ask) for row, ask in zip(symbol["bars"], asks, strict=True)],
                "ask": [_mirrored_bar([], row[1:]) for row in symbol["bars"]],
            }
        )
    requests = []
    for after, asked in program["requests"]:
        named = [name for name in ("price", "limit_price", "stop", "target") if asked.get(name, 0) > 0]  # 0 is no price
        turned = {name: CENTRE - asked[name] for name in named}
        requests.append([after, {**asked, **turned, "side": -asked.get("side", 0)}])
    return {**program, "symbols": symbols, "requests": requests}


@FEW
@given(SEEDS)
def test_the_mirrored_market_gives_the_mirrored_trades(seed: int) -> None:
    """A contract whose margin and swap know no price cannot tell up from down."""
    program, _ = generate(seed, symbol="FUTX")
    program["symbols"] = program["symbols"][:1]
    program.pop("path", None)  # which extreme comes first knows up from down
    program["symbols"][0]["instrument"]["swap_mode"] = "points"
    costs = program["symbols"][0]["costs"]
    costs.pop("slippage_model", None)  # ranges are the bid's, and a turnover has a price
    costs.get("commission", {}).pop("percent", None)
    count = len(program["symbols"][0]["bars"])
    program["requests"] = [entry for entry in program["requests"] if entry[0] < count and entry[1]["symbol"] == 0]
    one, other = run(program), run(mirrored(program))
    assert one.book.refused == other.book.refused
    assert [row.equity for row in one.equity_rows] == [row.equity for row in other.equity_rows]
    turned = [
        replace(
            trade,
            side=-trade.side,
            open_points=CENTRE - trade.open_points,
            close_points=CENTRE - trade.close_points,
            stop=None if trade.stop is None else CENTRE - trade.stop,
            target=None if trade.target is None else CENTRE - trade.target,
        )
        for trade in other.book.trades
    ]
    assert one.book.trades == turned
