"""What a result says of how its orders were executed."""

from __future__ import annotations

from forexai_core.values.execution import Execution, ExecutionMode
from forexai_core.values.instruments import FillingMode

__all__ = ["execution_choices"]

_RESTS = {
    FillingMode.FOK: "an order that is larger is refused (fill or kill)",
    FillingMode.IOC: "what an order is larger is cancelled (immediate or cancel)",
    FillingMode.RETURN: "what an order is larger waits for the next price (return)",
}


def execution_choices(execution: Execution) -> dict[str, str]:
    """Say how late, at whose price, and how much of them orders were executed; nothing of what is plain."""
    lines = {}
    if execution.delays:
        lines["Latency"] = _latency(execution)
    if execution.mode is ExecutionMode.INSTANT:
        lines["Execution"] = _instant(execution)
    if execution.bounds_volume:
        lines["Liquidity"] = _liquidity(execution)
    return lines


def _latency(execution: Execution) -> str:
    upper = execution.latency_ms + execution.latency_jitter_ms
    drawn = f"{execution.latency_ms:g} to {upper:g} ms, drawn by the seed" if execution.latency_jitter_ms else None
    return (
        f"{drawn or f'{execution.latency_ms:g} ms'} from a decision to the venue; executed at the first tick after it, "
        "or at the open of the bar in which it falls, where it changes nothing"
    )


def _instant(execution: Execution) -> str:
    away, share = execution.deviation_points, execution.requote_probability
    text = "instant"
    if away is not None:
        text += f"; requoted where the price has moved more than {away:g} points since the decision"
    if share:
        text += f"; requoted with a probability of {share:g}, drawn by the seed"
    return text


def _liquidity(execution: Execution) -> str:
    if execution.liquidity_lots is not None:
        bound = f"{execution.liquidity_lots:g} lots a price and side"
    else:
        bound = f"{execution.liquidity_per_volume:g} lots a unit of the prices' volume, on each side"
    rest = _RESTS[execution.filling or FillingMode.FOK]
    return f"{bound}; {rest}; stops, targets and stop-outs fill whole"
