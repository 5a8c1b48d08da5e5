"""Sending one order, once: whatever happens becomes an answer, and what nobody knows is said to be unknown."""

from __future__ import annotations

import asyncio

import attrs

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, RejectionKind
from forexai_core.live.answers import Answer
from forexai_core.ports.broker import Broker
from forexai_core.ports.intents import IntentState
from forexai_core.values.orders import OrderRequest, OrderState, OrderStatus

__all__ = ["UNREACHABLE", "answer_of", "send"]

UNREACHABLE = "unreachable"
"""The refusal of an order that was not sent."""

_LOTS = 1e-8


def answer_of(request: OrderRequest, state: OrderState) -> Answer:
    """Read a venue's answer to an order.

    An order that is done with less than its volume is filled with what it has; one that is done with nothing is
    rejected, whatever the venue calls it.
    """
    asked, marks = (request.magic, request.tag), (state.request.magic, state.request.tag)
    if state.client_id != request.client_id and marks != asked:
        return Answer(
            state=IntentState.UNKNOWN, reason=f"The venue answered with the order of somebody else ({state.client_id})."
        )
    answer = Answer(
        state=IntentState.ACKNOWLEDGED,
        order=state.order,
        position=state.position,
        filled_lots=state.filled_lots,
        average_price=state.average_price,
        reason=state.reason,
    )
    if state.status.working:
        return answer
    if state.status is OrderStatus.FILLED or state.filled_lots > _LOTS:
        return attrs.evolve(answer, state=IntentState.FILLED)
    said = state.reason or f"The venue answered: {state.status}."
    return attrs.evolve(answer, state=IntentState.REJECTED, refusal=str(RejectionKind.FINAL), reason=said)


async def send(broker: Broker, request: OrderRequest, timeout_s: float) -> Answer:
    """Send an order, and say what is known of it.

    Parameters
    ----------
    broker : Broker
        Where.
    request : OrderRequest
        The order of an intent that has just become ``SENT``.
    timeout_s : float
        How long to wait for the answer.

    Returns
    -------
    Answer
        ``UNKNOWN`` for everything that does not prove what happened: a time-out, a lost answer, and an error that no
        broker may raise.
    """
    try:
        async with asyncio.timeout(timeout_s):
            state = await broker.submit(request)
    except OrderRejectedError as refused:
        return Answer(state=IntentState.REJECTED, refusal=str(refused.kind), code=refused.code, reason=str(refused))
    except BrokerUnreachableError as problem:
        return Answer(state=IntentState.REJECTED, refusal=UNREACHABLE, reason=str(problem))
    except TimeoutError:
        return Answer(state=IntentState.UNKNOWN, reason=f"No answer came within {timeout_s:g} s.")
    except Exception as problem:  # noqa: BLE001 - an adapter's error proves nothing about the order
        return Answer(state=IntentState.UNKNOWN, reason=f"{type(problem).__name__}: {problem}")
    return answer_of(request, state)
