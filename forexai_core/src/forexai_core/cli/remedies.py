"""Remedies in the speech of the command line: what a message tells a programmer to pass becomes an option.

The library's errors and reports name arguments of Python, for whoever calls it. This is the only place that turns
them into what a person types; who adds an argument that messages name adds it here.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

__all__ = ["LIMITS", "READING", "in_options"]

LIMITS = ("max_file_bytes", "max_unpacked_bytes", "max_ratio")
"""Fields of ``data.ReadLimits`` that may be said."""

READING = (
    "ambiguous", "date_order", "decimal", "delimiter", "encoding", "epoch", "future", "missing", "sort", "spikes",
    *LIMITS,
)  # fmt: skip
"""What may be said of how a file is written and read, besides ``columns.ROLE``: fields of ``data.FileOptions`` and of
``data.ReadLimits``."""

# Arguments of functions that are options of the same name.
_OPTIONS = (
    "timeframe", "timezone", "symbol", "clock", "on_overlap", "quarantine", "bid", "ask", "finer", "spread_points",
    "commission_per_lot", "slippage_points", "swap_long_points", "swap_short_points", "limit_fill", "leverage",
    "balance", "currency", "mode", "seed", "sessions", "path", "latency_ms",
)  # fmt: skip

# A value as messages write it: in quotes, or a word, or an ellipsis.
_VALUE = r"(?:'(?P<quoted>[^']*)'|(?P<bare>…|[\w+/.-]*[\w+/-])?)"


def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?<!--read )(?P<name>{'|'.join(names)})={_VALUE}(?![\w'])")


_READING, _OPTION = _pattern(READING), _pattern(_OPTIONS)


def _value(found: re.Match[str]) -> str:
    return shlex.quote(found["quoted"]) if found["quoted"] is not None else found["bare"] or ""


def _reading(found: re.Match[str]) -> str:
    return f"--read {found['name']}={_value(found)}"


def _option(found: re.Match[str]) -> str:
    return f"--{found['name'].replace('_', '-')} {_value(found)}".rstrip()


def _column(found: re.Match[str]) -> str:
    role, name = found["role"], found["name"]
    return f"--read columns.{role}={shlex.quote(name) if name else found['number'] or '…'}"


def _inside(found: re.Match[str]) -> str:
    return " and ".join(part.strip() for part in found["inside"].split(","))


Rewrite = str | Callable[[re.Match[str]], str]

# In this order: what holds arguments is opened before arguments are turned into options.
_RULES: tuple[tuple[re.Pattern[str], Rewrite], ...] = (
    (re.compile(r"pass on_bad='quarantine' to set"), "import it with 'forexai data import' to set"),
    (re.compile(r"columns=\{'(?P<role>\w+)': (?:'(?P<name>[^']*)'|(?P<number>\d+)|…)\}"), _column),
    (re.compile(r"columns=\{…\}"), "--read columns.ROLE=…"),
    (re.compile(r"rates=\{'(?P<pair>\w+)': [^}]*\}"), r"--rate \g<pair>=FILE"),
    (re.compile(r"(?:limits=ReadLimits|Costs)\((?P<inside>[^)]*)\)"), _inside),
    (re.compile(r"instrument=Instrument\(…\)"), "--instrument FILE"),
    (re.compile(r"Give it with instrument\.with_values\((\w+)=…\)"), r"Give \1 with --instrument FILE"),
    (re.compile(r"use forexai_core\.read_ticks"), "use --timeframe tick"),
    (re.compile(r"for forexai_core\.read_ticks"), "for --timeframe tick"),
    (re.compile(r"(use|for) forexai_core\.read_bars"), r"\1 a --timeframe such as H1"),
    (re.compile(r"Resample the ticks \(fx\.resample\(ticks, 'M1'\)\) and pass the ticks as finer="),
     "Resample the ticks (forexai data resample --into M1) and pass them as --finer FILE --finer-timeframe tick"),
    (_READING, _reading),
    (_OPTION, _option),
)  # fmt: skip


def in_options(message: str) -> str:
    """Say remedies that name an argument of Python as the option that does the same.

    Parameters
    ----------
    message : str
        Of an error, a warning or a report.
    """
    if "=" not in message and "forexai_core." not in message:
        return message
    for pattern, rewrite in _RULES:
        message = pattern.sub(rewrite, message)
    return message
