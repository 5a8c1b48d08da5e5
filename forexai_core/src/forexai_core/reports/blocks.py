"""The parts of a page that are written, not drawn: tiles, tables, sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forexai_core.backtesting.assumptions import parameter_text, set_parameters
from forexai_core.backtesting.records import StrategyUsed
from forexai_core.metrics import METRICS, Figures, Slice, daily_equity, drawdown_spells, monthly_returns
from forexai_core.reports.subject import Subject
from forexai_core.reports.wording import Wording, day_text, time_text
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["basis", "figures", "interval", "monthly_table", "sleeves", "slices", "spells", "tiles"]

Block = dict[str, Any]


def tiles(subject: Subject, words: Wording) -> list[Block]:
    """Write the headline figures, each with what must be read beside it."""
    metrics = subject.metrics
    net, money = metrics.get("net_profit"), words.money

    def tile(name: str, value: str, *notes: str, tone: str = "") -> Block:
        return {"title": words.title(name), "value": value, "notes": [note for note in notes if note], "tone": tone}

    returned = metrics.get("return_pct")
    share = "" if returned is None else words.percent(returned, sign=True)
    base = words.say("tile.return", percent=share, balance=money(subject.initial_balance)) if share else ""
    rate, factor = metrics.get("win_rate"), metrics.get("profit_factor")
    counted = metrics.get("wins") is not None
    fall, inside = metrics.get("max_drawdown"), metrics.get("max_drawdown_intrabar")
    final, cagr = metrics.get("final_equity"), metrics.get("cagr")
    return [
        tile("net_profit", money(net, sign=True), base, _interval_short(subject, words), tone=_tone(net)),
        tile(
            "win_rate",
            words.percent(None if rate is None else 100 * rate),
            words.say("tile.wins", wins=f"{metrics['wins']:,}", losses=f"{metrics['losses']:,}") if counted else "",
        ),
        tile("profit_factor", words.number(factor), _factor_note(metrics, words)),
        tile(
            "max_drawdown",
            money(fall),
            _drawdown_note(metrics, words),
            "" if inside is None else words.say("tile.inside", money=money(inside)),
            tone="bad" if fall else "",
        ),
        tile("sharpe", words.number(metrics.get("sharpe")), _trials_note(subject, words)),
        tile(
            "cagr",
            words.percent(None if cagr is None else 100 * cagr, sign=True),
            "" if final is None else words.say("tile.cagr", final=money(final)),
            tone=_tone(cagr),
        ),
        tile("exposure", words.figure("exposure", metrics.get("exposure")), words.say("tile.exposure")),
        tile("total_trades", words.figure("total_trades", len(subject.trades)), *_trade_notes(metrics, words)),
    ]


def _tone(value: float | None) -> str:
    return "" if not value else "good" if value > 0 else "bad"


def _factor_note(metrics: Any, words: Wording) -> str:
    gains, pains = metrics.get("gross_profit"), metrics.get("gross_loss")
    if gains is None or pains is None:
        return ""
    return words.say("tile.factor", gains=words.amount(gains), pains=words.amount(-pains))


def _drawdown_note(metrics: Any, words: Wording) -> str:
    percent = metrics.get("max_drawdown_pct")
    return "" if percent is None else words.say("tile.drawdown", percent=words.percent(percent))


def _trials_note(subject: Subject, words: Wording) -> str:
    if subject.trials is None:
        return words.say("tile.trials.none")
    return words.say("tile.trials", count=f"{subject.trials.count:,}")


def _trade_notes(metrics: Any, words: Wording) -> tuple[str, str]:
    held, expectancy = metrics.get("avg_holding_s"), metrics.get("expectancy")
    first = "" if held is None else words.say("tile.trades", time=words.figure("avg_holding_s", held))
    if expectancy is None:
        return first, ""
    payoff = words.number(metrics.get("payoff"))
    return first, f"{words.money(expectancy, sign=True)} {words.say('tile.expectancy', payoff=payoff)}"


def _interval_state(subject: Subject) -> str:
    bounds = subject.interval
    if bounds is None or bounds.worst is None or bounds.best is None:
        return "none"
    single = bounds.worst == bounds.best
    if not bounds.certified:
        return "point" if single else "estimate"
    return "exact" if single else "certified"


def _interval_short(subject: Subject, words: Wording) -> str:
    state, bounds = _interval_state(subject), subject.interval
    if bounds is None or state == "none":
        return words.say("interval.short.none")
    return words.say(f"interval.short.{state}", worst=words.amount(bounds.worst or 0.0), best=words.money(bounds.best))


def interval(subject: Subject, words: Wording) -> Block:
    """Write the interval as sentences, and as marks between 0 and 100 for its drawing."""
    bounds, state = subject.interval, _interval_state(subject)
    net = subject.metrics.get("net_profit")
    block: Block = {"state": state, "marks": [], "sentences": []}
    if bounds is None:
        return block | {"sentences": []}
    block["sentences"].append(
        words.say(
            f"interval.{state}",
            worst=words.money(bounds.worst),
            best=words.money(bounds.best),
            net=words.money(net),
            reason=bounds.reason,
        )
    )
    count = bounds.ambiguous_trades
    told = words.say("interval.ambiguous", count=f"{count:,}", all=f"{len(subject.trades):,}")
    block["sentences"].append(told if count else words.say("interval.clear"))
    for name, number in sorted(bounds.doubts.items(), key=lambda item: -item[1]):
        why = words.texts.get(f"doubt.{name}", name)
        block["sentences"].append(words.say("interval.doubt", count=f"{number:,}", why=why))
    if state != "none":
        block["sentences"].append(words.say("interval.jumps", points=f"{bounds.jump_points:,}"))
    if bounds.worst is None or bounds.best is None or not bounds.best > bounds.worst:
        return block
    span = bounds.best - bounds.worst
    for name, value in (("expected", bounds.expected), ("reported", net)):
        if value is not None:
            at = min(100.0, max(0.0, 100 * (value - bounds.worst) / span))
            block["marks"].append({"name": name, "at": round(at, 2), "text": words.money(value)})
    block["marks"].sort(key=lambda mark: mark["at"])
    return block | {"worst": words.money(bounds.worst), "best": words.money(bounds.best)}


def spells(subject: Subject, words: Wording) -> list[list[str]]:
    """Write the deepest drawdowns as rows of a table."""
    equity = subject.equity
    found = (
        drawdown_spells(
            equity["time_ns"], equity["equity"], initial_balance=subject.initial_balance, start_ns=subject.start_ns
        )
        if len(equity) and subject.initial_balance > 0
        else ()
    )
    rows = []
    for spell in found:
        back = spell.recovered_ns
        until = subject.end_ns if back is None else back
        days = (until - spell.peak_ns) / NS_PER_DAY
        rows.append(
            [
                words.percent(spell.percent),
                words.money(spell.money),
                day_text(spell.peak_ns),
                day_text(spell.trough_ns),
                words.say("spells.open") if back is None else day_text(back),
                f"{days:,.0f}",
            ]
        )
    return rows


def monthly_table(subject: Subject, words: Wording) -> list[Block]:
    """Write a row a year: twelve cells and the year's own, each with its shade from -5 to 5."""
    equity = subject.equity
    if not len(equity) or not subject.initial_balance > 0:
        return []
    daily = daily_equity(equity["time_ns"], equity["equity"], trades_at_weekends=subject.trades_at_weekends)
    months = monthly_returns(daily, initial_balance=subject.initial_balance)
    known = [abs(each.fraction) for each in months if each.fraction]
    scale = float(np.percentile(known, 90)) if known else 0.0
    rows: list[Block] = []
    for year in sorted({each.year for each in months}):
        cells = [_cell(None, scale, words, "")] * 12
        growth: float | None = 1.0
        for each in months:
            if each.year == year:
                cells[each.month - 1] = _cell(each.fraction, scale, words, words.money(each.profit, sign=True))
                growth = None if growth is None or each.fraction is None else growth * (1 + each.fraction)
        total = _cell(None if growth is None else growth - 1, 3 * scale, words, "")
        rows.append({"year": str(year), "cells": cells, "total": total})
    return rows


def _cell(fraction: float | None, scale: float, words: Wording, hint: str) -> Block:
    if fraction is None:
        return {"text": words.say("undefined") if hint else "", "shade": "", "hint": hint}
    steps = 0 if scale == 0 else min(5, int(np.ceil(5 * abs(fraction) / scale - 1e-9)))
    if round(100 * fraction, 2) == 0:
        return {"text": "0.00", "shade": "", "hint": hint}
    shade = "" if steps == 0 else f"{'up' if fraction > 0 else 'down'}{steps}"
    return {"text": f"{100 * fraction:+.2f}", "shade": shade, "hint": hint}


def sleeves(subject: Subject, words: Wording) -> list[list[str]]:
    """Write what each of several strategies made, as rows of a table; none where one had the account alone."""
    if not any(each.sleeve for each in subject.strategies):
        return []
    return [_sleeve(each, subject.attribution[each.owner].metrics, words) for each in subject.strategies]


def _sleeve(strategy: StrategyUsed, metrics: Figures, words: Wording) -> list[str]:
    rate, net = metrics.get("win_rate"), metrics.get("net_profit")
    return [
        strategy.owner,
        strategy.title or strategy.name,
        f"{strategy.symbol} {strategy.timeframe}",
        words.figure("total_trades", metrics.get("total_trades")),
        words.percent(None if rate is None else 100 * rate),
        words.number(metrics.get("profit_factor")),
        words.number(metrics.get("sharpe")),
        words.money(metrics.get("max_drawdown")),
        words.money(net, sign=True),
    ]


def slices(parts: Sequence[Slice], words: Wording) -> list[list[str]]:
    """Write a breakdown as rows of a table."""
    return [
        [
            part.label,
            f"{part.trades:,}",
            words.percent(None if part.win_rate is None else 100 * part.win_rate),
            words.number(part.profit_factor),
            "" if part.expectancy is None else words.amount(part.expectancy, sign=True),
            words.amount(part.net_profit, sign=True),
        ]
        for part in parts
    ]


def figures(subject: Subject, words: Wording) -> list[Block]:
    """Write every figure with its definition; figures that are not of ours come last."""
    names = [name for name in METRICS if name in subject.metrics]
    names += [name for name in subject.metrics if name not in METRICS]
    return [
        {
            "title": words.title(name),
            "value": words.figure(name, subject.metrics[name]),
            "meaning": words.texts.get(f"meaning.{name}", ""),
        }
        for name in names
    ]


def basis(subject: Subject, words: Wording) -> Block:
    """Write what the result rests on: costs, prices, assumptions, trials, identity."""
    none = words.say("none")
    costs = [
        {
            "symbol": cost.symbol,
            "name": cost.name,
            "value": words.say("basis.rows") if cost.value is None else f"{cost.value:g}",
            "unit": cost.unit,
            "source": cost.source.name.lower(),
            "told": words.texts.get(f"source.{cost.source}", str(cost.source)),
        }
        for cost in subject.costs
    ]
    data = [
        {
            "title": f"{each.symbol} {each.timeframe}",
            "rows": [
                (words.say("basis.rows.count"), f"{each.rows:,}"),
                (words.say("basis.span"), f"{time_text(each.start_ns)}, {time_text(each.end_ns)}"),
                (words.say("basis.sides"), each.sides),
                (words.say("basis.crossed"), f"{each.crossed_quotes:,}" if each.crossed_quotes else none),
                *each.provenance.items(),
                (words.say("basis.fingerprint"), each.fingerprint or words.say("undefined")),
            ],
        }
        for each in subject.data
    ]
    strategies = [
        {
            "title": each.title or each.name,
            "name": each.name,
            "form": each.form,
            "parameters": [(name, parameter_text(value)) for name, value in set_parameters(each).items()],
        }
        for each in subject.strategies
    ]
    assumptions = list(subject.assumptions.items())
    return {"costs": costs, "data": data, "strategies": strategies, "assumptions": assumptions} | _identity(
        subject, words
    )


def _identity(subject: Subject, words: Wording) -> Block:
    trials = []
    if subject.trials is not None:
        head = subject.trials.head
        began = words.say("none") if head.started_at_ns is None else time_text(head.started_at_ns)
        trials = [
            (words.say("basis.trials.count"), f"{subject.trials.count:,}"),
            (words.say("basis.trials.length"), f"{head.length:,}"),
            (words.say("basis.trials.started"), began),
            (words.say("basis.trials.head"), head.sha256),
        ]
    identity = [
        (words.say("basis.input"), subject.input_fingerprint),
        (words.say("basis.result"), subject.result_fingerprint),
    ]
    if subject.engine_version:
        identity.append((words.say("basis.engine"), f"forexai-core {subject.engine_version}"))
    return {"trials": trials, "identity": identity}
