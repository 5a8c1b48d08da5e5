"""Random numbers that hang on what they are for and on nothing else: a seed, an instant and a number.

So a run draws the same whatever was drawn before, and on however many workers. The mixing function is SplitMix64's
(Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014), in kernels an integer hash of 32
bits (Mueller's, with 0x45d9f3b).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel

__all__ = ["draw", "uniforms"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53
_STIR, _LOW = 0x45D9F3B, 2**32 - 1


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = (values ^ (values >> _S30)) * _FIRST
    values = (values ^ (values >> _S27)) * _SECOND
    return values ^ (values >> _S31)


def uniforms(seed: int, time_ns: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Draw so many numbers for each of some instants, evenly from 0 (included) to 1.

    Returns
    -------
    (instants, count) float64
    """
    start = np.array([seed & (2**64 - 1)], np.uint64)
    with np.errstate(over="ignore"):
        state = _mixed(_mixed(start + _GOLDEN) ^ time_ns.astype(np.uint64))
        numbers = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
        bits = _mixed(state[:, None] + numbers[None, :])
    return (bits >> _S11).astype(np.float64) * _UNIT


@kernel(inline="always")
def _stirred(value: int) -> int:
    value = ((value >> 16) ^ value) * _STIR & _LOW
    value = ((value >> 16) ^ value) * _STIR & _LOW
    return (value >> 16) ^ value


@kernel
def draw(seed: int, time_ns: int, number: int) -> float:
    """Draw one number for an instant, evenly from 0 (included) to 1, in steps of 2**-32.

    Products of 32 and 27 bits stay whole in 64, so that plain Python draws the same.
    """
    value = _stirred(seed & _LOW)
    value = _stirred(value ^ (seed >> 32))
    value = _stirred(value ^ (time_ns & _LOW))
    value = _stirred(value ^ (time_ns >> 32))
    return _stirred(value ^ (number + 1)) * 2.0**-32
