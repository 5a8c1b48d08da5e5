"""How one row reads: ours beside its aims, the bare kernel and every peer, at one scale."""

from __future__ import annotations

from typing import Any

Outcome = dict[str, Any]


def lines_of(outcome: Outcome) -> list[str]:
    """Say an outcome in lines for a terminal."""
    lines = [f"{outcome['row']}: {outcome['work']}"]
    lines += [f"  ours: {measure['what']} {figure(measure)} ({aim(measure)})" for measure in outcome["measures"]]
    for name, shown, ratio in contenders(outcome):
        lines.append(f"  {name}: {shown}{', ' + ratio if ratio else ''}")
    return lines


def figure(measure: Outcome) -> str:
    """Show a figure of ours."""
    return "not yet" if measure["value"] is None else f"{number(measure['value'])} {measure['unit']}"


def aim(measure: Outcome) -> str:
    """Show an aim, and whether it is met."""
    if measure["aim"] is None:
        return "no aim"
    wanted = f"{'≤' if measure['at_most'] else '≥'} {number(measure['aim'])} {measure['unit']}"
    if measure["value"] is None:
        return wanted
    met = measure["value"] <= measure["aim"] if measure["at_most"] else measure["value"] >= measure["aim"]
    return f"{wanted}: {'met' if met else 'missed'}"


def contenders(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Give name, figure and ratio to ours of the bare kernel and of each peer."""
    own = seconds_a_row(outcome, outcome["seconds"])
    found = []
    if outcome["limit_seconds"] is not None:
        found.append(_compared("bare kernel", seconds_a_row(outcome, outcome["limit_seconds"]), own, outcome))
    for peer in outcome["peers"]:
        if "missing" in peer:
            found.append((peer["name"], f"not measured: {peer['missing']}", ""))
        else:
            found.append(_compared(peer["name"], seconds_a_row(peer, peer["seconds"]), own, outcome))
    return found


def seconds_a_row(contender: Outcome, seconds: float | None) -> float | None:
    """Reckon the time of one row, of one parameter set in a sweep."""
    return None if seconds is None else seconds / contender["rows"] / contender["sets"]


def _compared(name: str, each: float | None, own: float | None, outcome: Outcome) -> tuple[str, str, str]:
    assert each is not None
    ratio = "" if own is None else f"{number(each / own)} x our time"
    return name, at_scale(each, outcome), ratio


def at_scale(each: float, outcome: Outcome) -> str:
    """Show the time of a row as the whole work's, or as a speed."""
    if outcome["shown"] == "s":
        return f"{number(each)} s"
    if outcome["shown"] == "ms":
        return f"{number(1e3 * each * outcome['rows'])} ms"
    return f"{number(1e-6 / each)} M/s"


def number(value: float) -> str:
    """Write three significant digits, and no more."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
