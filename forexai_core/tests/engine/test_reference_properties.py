"""What must hold for every run of the reference ledger, whatever is asked of it."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from reference.generator import generate
from reference.ledger import ReferenceLedger
from reference.money import to_minor
from reference.programs import run
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

    def watch(ledger: ReferenceLedger, _number: int, _symbol: int, _bar: Bar) -> None:
        book, row = ledger.book, ledger.equity_rows[-1]
        floating = sum(book.floating(p) + p.swap for p in book.positions.values())
        assert row.equity == row.balance + floating
        assert row.margin >= 0
        assert all(p.steps > 0 for p in book.positions.values())
        if book.account.netting:
            assert len({p.symbol for p in book.positions.values()}) == len(book.positions)

    run(program, watch)


@FEW
@given(SEEDS)
def test_volume_is_conserved(seed: int) -> None:
    """What a hedging position's parts close is what it opened; each ticket has one open price and one open time."""
    program, ledger = generate(seed)
    opened: dict[int, int] = {}

    def watch(seen: ReferenceLedger, _number: int, _symbol: int, _bar: Bar) -> None:
        for position in seen.book.positions.values():
            opened.setdefault(position.ticket, position.steps)

    run(program, watch)
    if ledger.book.account.netting:
        return
    for ticket, steps in opened.items():
        parts = [trade for trade in ledger.book.trades if trade.ticket == ticket]
        assert sum(part.steps for part in parts) >= steps
        assert len({(part.open_points, part.open_ns, part.side) for part in parts}) == 1


@FEW
@given(SEEDS)
def test_volumes_stay_within_the_contract(seed: int) -> None:
    program, _ = generate(seed)

    def watch(ledger: ReferenceLedger, _number: int, symbol: int, _bar: Bar) -> None:
        contract = ledger.book.contracts[symbol]
        for position in ledger.book.positions_of(symbol):
            assert ledger.book.account.netting or contract.min_steps <= position.steps <= contract.max_steps
        for side in (1, -1):
            held = sum(p.steps for p in ledger.book.positions_of(symbol) if p.side == side)
            netting_rest = ledger.book.account.netting
            assert not contract.limit_steps or held <= contract.limit_steps or netting_rest

    run(program, watch)


@FEW
@given(SEEDS)
def test_exits_lie_where_the_bar_was(seed: int) -> None:
    """Targets fill at their price inside the bar; stops at theirs or at the open, and slip only against the trader."""
    program, ledger = generate(seed)
    slippage = {
        number: contract.slippage for number, contract in enumerate(ledger.book.contracts)
    }  # of each symbol, points
    for trade in ledger.book.trades:
        against = slippage[trade.symbol]
        if trade.close_reason == "take_profit":
            assert trade.close_points == trade.target or program["limit_fill_open"]
        if trade.close_reason in {"stop_loss", "trailing_stop"}:
            assert trade.stop is not None
            worse = trade.side * (trade.stop - trade.close_points)
            assert worse == against if trade.intrabar else worse >= against
        assert trade.mae <= min(0, trade.profit)
        assert trade.mfe >= max(0, trade.profit)


@FEW
@given(SEEDS)
def test_stop_out_leaves_no_orders_and_spares_sound_accounts(seed: int) -> None:
    program, _ = generate(seed)

    def watch(ledger: ReferenceLedger, _number: int, _symbol: int, _bar: Bar) -> None:
        stopped = [t for t in ledger.book.trades if t.close_reason == "stop_out"]
        assert not stopped or ledger.book.account.stop_out > 0 or ledger.book.balance <= 0

    run(program, watch)
