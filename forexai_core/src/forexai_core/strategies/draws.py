"""Random numbers for compiled steps, which hang on a seed, an instant and a number, and on nothing else.

So a run can be repeated on however many workers, its interval can be certified, and nothing is kept between bars:
``uniform(params["seed"], row["time_ns"])`` is the same at that instant in every run. They run as plain Python too.
"""

from __future__ import annotations

from math import cos, log, pi, sqrt

from forexai_core._jit import kernel
from forexai_core.engine.accounting.draws import draw

__all__ = ["normal", "uniform"]

# The venue draws its delays and requotes by the same function of the run's own seed, which often is the strategy's,
# too: a step that saw its numbers would know what the venue is about to do. This in the seed makes them other numbers.
_OWN_SEEDS = 0x5EED0F57E9


@kernel
def uniform(seed: int, time_ns: int, number: int = 0) -> float:
    """Draw a number evenly from 0 (included) to 1, in steps of 2**-32; none that the venue of a run draws.

    Parameters
    ----------
    seed : int
        Such as a parameter of the strategy; others give other numbers.
    time_ns : int
        Of what it is drawn for, such as ``row["time_ns"]``; any whole number does.
    number : int
        Which of several of one instant, from 0.

    Returns
    -------
    float
        The same for the same three, always.
    """
    return draw(seed ^ _OWN_SEEDS, time_ns, number)


@kernel
def normal(seed: int, time_ns: int, number: int = 0) -> float:
    """Draw a number of the standard normal distribution, by Box and Muller's method; as :func:`uniform`.

    It is made of the even numbers ``2 * number`` and ``2 * number + 1`` of the instant.
    """
    far = 1.0 - uniform(seed, time_ns, 2 * number)  # above 0, so that it has a logarithm
    return sqrt(-2.0 * log(far)) * cos(2.0 * pi * uniform(seed, time_ns, 2 * number + 1))
