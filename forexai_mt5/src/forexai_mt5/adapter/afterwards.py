"""What goes wrong once a server has taken a request is a doubt, and never reads as though nothing had been sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forexai_core.errors import OrderStateUnknownError

__all__ = ["after_sending"]


@contextmanager
def after_sending(ticket: int) -> Iterator[None]:
    """Take whatever is raised in here for an order of which nobody knows.

    Parameters
    ----------
    ticket : int
        Which the server has named.

    Raises
    ------
    OrderStateUnknownError
        In place of any other error.
    """
    try:
        yield
    except OrderStateUnknownError:
        raise
    except Exception as problem:
        raise OrderStateUnknownError(
            f"The server has taken order {ticket}, and what became of it cannot be read: {problem} Look at it in the "
            "terminal; do not send it again."
        ) from problem
