"""What each of several strategies on one account made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import CURVE
from forexai_core.backtesting.records import StrategyUsed
from forexai_core.metrics import Figures, MarketHours, compute_from_columns
from forexai_core.values.accounts import Account

if TYPE_CHECKING:
    from forexai_core.backtesting.shared import Shared
    from forexai_core.engine.ledger import Ledger

__all__ = ["Attribution", "Shares", "attributions_of", "own_curve"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Attribution:
    """What one strategy made on an account that it may share with others.

    Attributes
    ----------
    name : str
        Of the strategy, or of its sleeve.
    trades : (trades,) TRADE
        Its own.
    equity : (rows,) CURVE
        The account's initial balance and all that it has made, open positions included, at each row of the account's
        equity: as if it alone had traded what it traded. The gains of all strategies add up to that of the account.
    metrics : mapping of str to float, int or None
        Of these trades and this curve, by :data:`forexai_core.metrics.METRICS`. Drawdowns inside bars are not kept
        by strategy, and None.
    """

    name: str
    trades: NDArray[np.void]
    equity: NDArray[np.void]
    metrics: Figures

    @property
    def net_profit(self) -> float:
        """Sum of the net profits of its trades, account currency."""
        return float(self.metrics["net_profit"] or 0.0)

    def __repr__(self) -> str:
        return f"<Attribution {self.name}: {len(self.trades):,} trades, net profit {self.net_profit:,.2f}>"


@attrs.frozen(kw_only=True, eq=False)
class Shares:
    """What the curves of several strategies are measured with.

    Attributes
    ----------
    ledger : Ledger
        The account, finished.
    trades : (trades,) TRADE
        Of all.
    initial_risk : (trades,) float64
        Money at risk at the first stop of each.
    account : Account
        As it began.
    shared : Shared
        Days and span of the run.
    hours : sequence of MarketHours
        Of the symbol of each strategy.
    """

    ledger: Ledger
    trades: NDArray[np.void]
    initial_risk: NDArray[np.float64]
    account: Account
    shared: Shared
    hours: Sequence[MarketHours]


def own_curve(time_ns: NDArray[np.int64], equity: NDArray[np.float64]) -> NDArray[np.void]:
    """Lay a curve out in rows."""
    rows = np.empty(len(time_ns), CURVE)
    rows["time_ns"], rows["equity"] = time_ns, equity
    rows.flags.writeable = False
    return rows


def attributions_of(strategies: Sequence[StrategyUsed], shares: Shares) -> Mapping[str, Attribution]:
    """Measure each strategy by its own trades and its own curve."""
    times, made, balance = shares.ledger.equity_times, shares.ledger.shares, shares.account.balance
    found: dict[str, Attribution] = {}
    for number, strategy in enumerate(strategies):
        name, equity = strategy.owner, balance + np.ascontiguousarray(made[:, number])
        mine = shares.trades["strategy"] == name
        trades: Any = shares.trades[mine]
        trades.flags.writeable = False
        days = shares.shared.days
        found[name] = Attribution(
            name=name,
            trades=trades,
            equity=own_curve(times, equity),
            metrics=compute_from_columns(
                trades,
                times,
                equity,
                initial_balance=balance,
                trades_at_weekends=days.at_weekends,
                start_ns=shares.shared.start_ns,
                initial_risk=shares.initial_risk[mine],
                hours=shares.hours[number],
                money_digits=shares.account.digits,
                daily=days.equity(times, equity) if len(times) else None,
            ),
        )
    return found
