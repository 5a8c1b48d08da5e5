"""Steps that size by money, or name tickets, each written another way: none of them may pass for one that does not."""

from __future__ import annotations

import functools
import types

import numba
from numba import literal_unroll

import forexai_core as fx
from forexai_core.arrays import ROW
from forexai_core.strategies import commands
from forexai_core.strategies import commands as orders
from forexai_core.strategies.commands import buy_risk as enter

__all__ = ["BY_RISK", "BY_TICKET", "PYRAMIDS", "UNREADABLE", "by_attribute", "by_module_constant", "plain"]

BALANCE = ROW.names.index("balance")
FROM_BEHIND = BALANCE - len(ROW.names)
PARAMS = {"stop": 0.00008, "target": 0.00008}
RICH = 10_000.1

numbers = types.ModuleType("numbers_of_fields")
numbers.FIELD = BALANCE
numbers.enter = enter
compiled = fx.compiled_strategy(params=PARAMS)


@compiled
def plain(row, state, params, out):
    """Look at no money."""
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, 0.1, params["stop"], params["target"])


@numba.njit
def _lots(money):
    return 0.5 if money > RICH else 0.1


@compiled
def by_constant(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(row[BALANCE]), params["stop"], params["target"])


@compiled
def by_negative_constant(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(row[FROM_BEHIND]), params["stop"], params["target"])


@compiled
def by_local_number(row, state, params, out):
    field = 11
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(row[field]), params["stop"], params["target"])


@compiled
def by_local_name(row, state, params, out):
    name = "equity"
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(row[name]), params["stop"], params["target"])


@compiled
def by_attribute(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(row.balance), params["stop"], params["target"])


@compiled
def by_module_constant(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(row[numbers.FIELD]), params["stop"], params["target"])


@compiled
def by_alias_of_the_row(row, state, params, out):
    now = row
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(now[BALANCE]), params["stop"], params["target"])


@compiled
def by_a_tuple_of_the_row(row, state, params, out):
    held = (params, row)
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(held[1]["balance"]), params["stop"], params["target"])


@compiled
def by_unpacking(row, state, params, out):
    now, given = row, params
    if now["index"] == 0 or now["index"] == 2:
        commands.buy(out, _lots(now["balance"]), given["stop"], given["target"])


@numba.njit
def _lots_of(now):
    return _lots(now[BALANCE])


@numba.njit
def _twice_removed(stop, now):
    return _lots_of(now) if stop > 0 else 0.1


@compiled
def by_helper(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _twice_removed(params["stop"], row), params["stop"], params["target"])


@compiled
def by_helper_with_keyword(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _twice_removed(now=row, stop=params["stop"]), params["stop"], params["target"])


@compiled
def by_loop_over_fields(row, state, params, out):
    money = 0.0
    for name in literal_unroll(("close", "balance")):
        money = max(money, row[name])
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _lots(money), params["stop"], params["target"])


def _sized_by(field):
    @numba.njit
    def lots(now):
        return _lots(now[field])

    return lots


def _logged(function):
    @functools.wraps(function)
    def inner(now):
        return function(now)

    return numba.njit(inner)


_closed = _sized_by(BALANCE)
_wrapped = _logged(_closed)


@compiled
def by_closure(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _closed(row), params["stop"], params["target"])


@compiled
def by_wrapper(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        commands.buy(out, _wrapped(row), params["stop"], params["target"])


PYRAMIDS = [
    by_constant,
    by_negative_constant,
    by_local_number,
    by_local_name,
    by_alias_of_the_row,
    by_a_tuple_of_the_row,
    by_unpacking,
    by_helper,
    by_helper_with_keyword,
    by_loop_over_fields,
    by_closure,
    by_wrapper,
]
"""They buy 0.5 lots instead of 0.1 where the first trade has gained."""

RISKED = 0.004
_again = numba.njit(enter.py_func if hasattr(enter, "py_func") else enter)


@compiled
def aliased(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        enter(out, RISKED, params["stop"], params["target"])


@compiled
def attribute_of_an_alias(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        orders.buy_risk(out, RISKED, params["stop"], params["target"])


@compiled
def attribute_of_another_module(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        numbers.enter(out, RISKED, params["stop"], params["target"])


@compiled
def local_alias(row, state, params, out):
    go = commands.buy_risk
    if row["index"] == 0 or row["index"] == 2:
        go(out, RISKED, params["stop"], params["target"])


@compiled
def compiled_again(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        _again(out, RISKED, params["stop"], params["target"])


@numba.njit
def _enter_wrapped(orders_of, stop, target):
    return enter(orders_of, RISKED, stop, target)


@compiled
def wrapped_command(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        _enter_wrapped(out, params["stop"], params["target"])


@compiled
def written_field(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        number = commands.buy(out, 0.0, params["stop"], params["target"])
        out[number]["risk_fraction"] = RISKED


@compiled
def written_through_an_alias(row, state, params, out):
    field = "risk_fraction"
    if row["index"] == 0 or row["index"] == 2:
        number = commands.buy(out, 0.0, params["stop"], params["target"])
        order = out[number]
        order[field] = RISKED


@compiled
def written_through_a_column(row, state, params, out):
    if row["index"] == 0 or row["index"] == 2:
        number = commands.buy(out, 0.0, params["stop"], params["target"])
        shares = out["risk_fraction"]
        shares[number] = RISKED


BY_RISK = [
    aliased,
    attribute_of_an_alias,
    attribute_of_another_module,
    local_alias,
    compiled_again,
    wrapped_command,
    written_field,
    written_through_an_alias,
    written_through_a_column,
]
"""They risk a share of the equity."""

follow, shut = commands.trail, commands.close
TICKET = ROW.names.index("ticket")


@compiled
def trailing_by_alias(row, state, params, out):
    if row["positions"]:
        follow(out, 1, 0.0001)


@compiled
def closing_by_alias(row, state, params, out):
    if row["positions"]:
        shut(out, 1)


@compiled
def reading_by_number(row, state, params, out):
    if row[TICKET] > 1:
        commands.close_all(out)


@compiled
def writing_a_ticket(row, state, params, out):
    number = commands.close_all(out)
    if number >= 0:
        out[number]["ticket"] = 1


BY_TICKET = [trailing_by_alias, closing_by_alias, reading_by_number, writing_a_ticket]


def _iterating(row, state, params, out):
    for value in row:
        state["x"] = value


def _unpacking(row, state, params, out):
    first, *rest = row
    state["x"] = first + len(rest)


def _by_parameter(row, state, params, out):
    state["x"] = row[params["field"]]


def _by_choice(row, state, params, out):
    state["x"] = row[numbers.FIELD if params["stop"] else params["field"]]


def _by_getattr(row, state, params, out):
    state["x"] = getattr(row, "close")  # noqa: B009 - the point of it


def _by_unknown(row, state, params, out):
    state["x"] = unknown(row)  # noqa: F821 - the point of it


def _by_partial(row, state, params, out):
    _enter_partly(out)


def _by_table(row, state, params, out):
    _HELPERS[0](row)


def _by_inner_function(row, state, params, out):
    def inner():
        return row["close"]

    state["x"] = inner()


def _stored(row, state, params, out):
    state["x"] = row


def _returned(row, state, params, out):
    return row


def _whole_command(row, state, params, out):
    out[0] = state["command"]


def _listed(row, state, params, out):
    held = [row]
    state["x"] = held[0]["close"]


_enter_partly = functools.partial(enter, risk_fraction=RISKED, stop_distance=0.1)
_HELPERS = (_lots_of,)

UNREADABLE = [
    _iterating,
    _unpacking,
    _by_parameter,
    _by_choice,
    _by_getattr,
    _by_unknown,
    _by_partial,
    _by_table,
    _by_inner_function,
    _stored,
    _returned,
    _whole_command,
    _listed,
]
"""Functions of which nothing may be said."""
