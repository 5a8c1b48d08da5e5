"""What a result says of margin: the rules that an account was under, and what came of them."""

from __future__ import annotations

from typing import Any

from forexai_core.values.accounts import Account, FifoRule
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.margin_rules import StopOutOrders

__all__ = ["margin_choices", "margin_events"]


def margin_choices(account: Account) -> dict[str, str]:
    """Say which rules of the account differ from the usual ones; nothing where none does."""
    lines: dict[str, str] = {}
    if account.fifo is not FifoRule.NONE:
        lines["Closing"] = f"first in, first out by {account.fifo}, no hedging"
    if account.leverages:
        lines["Leverages"] = ", ".join(f"{name} 1:{leverage:g}" for name, leverage in account.leverages)
    if account.leverage_tiers:
        tiers = (f"1:{tier.leverage:g} from {tier.equity:,.2f}" for tier in account.leverage_tiers)
        lines["Leverage by equity"] = f"at most {', '.join(tiers)}, as it is when a position opens"
    if account.stop_out_orders is StopOutOrders.ALL:
        lines["Stop-out, orders"] = "all pending orders are removed first"
    if account.stop_out_hedged:
        lines["Stop-out, hedged"] = "positions that bind no margin close once equity is below 0"
    if account.negative_balance_protection:
        lines["Negative balance"] = "raised to 0 when the last position has closed"
    return lines


def margin_events(state: Any, account: Account) -> dict[str, str]:
    """Say when margin calls came and what a negative balance was raised by; nothing where neither was."""
    lines: dict[str, str] = {}
    if state["margin_calls"]:
        first, last = int(state["first_margin_call_ns"]), int(state["margin_call_ns"])
        text = format_time_ns(first)
        lines["Margin calls"] = text if first == last else f"first {text}, last {format_time_ns(last)}"
    if state["compensated"] > 0.0:
        paid = f"{float(state['compensated']):,.{account.digits}f} {account.currency}"
        lines["Negative balance"] = f"{paid} paid in by the broker, which no trade shows"
    return lines
