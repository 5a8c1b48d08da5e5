"""What an account says about itself, as facts."""

from __future__ import annotations

from forexai_core.ports.advisor import Fact
from forexai_core.values.accounts import AccountState
from forexai_core.values.clocks import format_time_ns

__all__ = ["facts_of_account"]


def facts_of_account(state: AccountState, *, name: str = "account") -> tuple[Fact, ...]:
    """List what is known of an account at one moment.

    Parameters
    ----------
    state : AccountState
        Balance, equity and margin.
    name : str
        Of the account, for the source.
    """
    source = f"{name} at {format_time_ns(state.time_ns)}"
    money = state.currency
    rows = (
        ("balance", state.balance, money),
        ("equity", state.equity, money),
        ("floating_profit", state.equity - state.balance, money),
        ("margin", state.margin, money),
        ("free_margin", state.free_margin, money),
        ("margin_level", state.margin_level, "%"),
    )
    return tuple(Fact(name=name, value=value, unit=unit, source=source) for name, value, unit in rows)
