"""What can be asked about, and what stands out by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forexai_llm.facts.fact_book import FactBook

__all__ = ["FINDINGS", "OVERVIEW", "TOPICS"]

Condition = Callable[[FactBook], bool]

OVERVIEW = "overview"
"""The topic of who asks how it went."""

TOPICS: Mapping[str, str] = MappingProxyType(
    {
        OVERVIEW: "",
        "profit": "",
        "drawdown": "",
        "win_rate": "",
        "ratios": "",
        "costs": "",
        "session": "session",
        "hour": "",
        "weekday": "weekday",
        "symbol": "symbol",
        "side": "side",
        "streaks": "",
        "exits": "exit",
        "extremes": "",
        "change": "",
        "trust": "",
        "account": "",
    }
)
"""Topics in the order in which everything is told, each with the group of facts that it lists one by one."""


def _below(name: str, limit: float) -> Condition:
    return lambda book: (value := book.number(name)) is not None and value < limit


def _above(name: str, limit: float) -> Condition:
    return lambda book: (value := book.number(name)) is not None and value > limit


def _less(first: str, second: str, *, sizes: bool = False) -> Condition:
    """Hold where one figure, or its size, is below another's."""

    def holds(book: FactBook) -> bool:
        one, other = book.number(first), book.number(second)
        if one is None or other is None:
            return False
        return abs(one) < abs(other) if sizes else one < other

    return holds


def _both(first: Condition, second: Condition) -> Condition:
    return lambda book: first(book) and second(book)


FINDINGS: Mapping[str, Condition] = MappingProxyType(
    {
        "lost_money": _below("net_profit", 0),
        "losing_session": _below("worst_session_net_profit", 0),
        "heavy_costs": _above("costs_share", 0.2),
        "weak_pair": _below("worst_symbol_net_profit", 0),
        "losing_side": _below("worst_side_net_profit", 0),
        "was_better": _less("later_net_profit", "earlier_net_profit"),
        "large_losses": _less("avg_win", "avg_loss", sizes=True),
        "deep_fall": _both(_above("net_profit", 0), _less("net_profit", "max_drawdown")),
        "few_carry_it": _above("best_few_share", 0.5),
        "losing_weekday": _below("worst_weekday_net_profit", 0),
        "losing_hour": _below("worst_hour_net_profit", 0),
        "long_streak": _above("longest_loss_streak", 5),
        "few_trades": _below("total_trades", 30),
        "many_trials": _above("trials", 10),
        "no_sharpe": lambda book: "sharpe" in book and book.number("sharpe") is None,
    }
)
"""When each thing that stands out does, the weightiest first."""
