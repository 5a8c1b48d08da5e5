"""Dominant cycle of prices by the Hilbert transform: what the indicators of this family share.

John Ehlers, Rocket Science for Traders, 2001; constants, starts and order of steps as in TA-Lib's HT functions.
"""

from __future__ import annotations

import math

import numpy as np

from forexai_core._jit import kernel
from forexai_core.indicators.elementary import arctangent, cosine, sine
from forexai_core.indicators.inputs import Floats, Records

__all__ = [
    "CYCLE_STATE",
    "EARLY_START",
    "LATE_START",
    "LONGEST_CYCLE",
    "cycle_step",
    "fresh_cycle",
    "fresh_delays",
    "phase_step",
    "waves",
]

EARLY_START, LATE_START = 12, 37
"""Rows in which the transform begins: of periods and phasors, and of what is made of the phase."""

LONGEST_CYCLE = 50
"""Bars; the shortest is 6."""

CYCLE_STATE = np.dtype(
    [
        ("price_1", np.float64),  # the three values before
        ("price_2", np.float64),
        ("price_3", np.float64),
        ("smoothed", np.float64),  # price smoothed over 4 rows
        ("in_phase", np.float64),  # components of the phasor
        ("quadrature", np.float64),
        ("even_2", np.float64),  # detrended prices that even rows will take
        ("even_3", np.float64),
        ("odd_2", np.float64),  # and that odd rows will take
        ("odd_3", np.float64),
        ("i2", np.float64),  # smoothed components
        ("q2", np.float64),
        ("real", np.float64),  # homodyne discriminator
        ("imaginary", np.float64),
        ("period", np.float64),
        ("smooth_period", np.float64),
        ("phase", np.float64),  # degrees
        ("slot", np.int64),  # of the delay lines
    ]
)
"""State of a dominant cycle."""

DEGREES = 180.0 / math.pi
FULL_TURN = 2.0 * math.pi


def fresh_cycle() -> Records:
    """Make a state of before the first value.

    Returns
    -------
    (1,) record of ``CYCLE_STATE``
        Zeros.
    """
    return np.zeros(1, CYCLE_STATE)


def fresh_delays() -> Floats:
    """Make the delay lines of the four transforms, of even and of odd rows.

    Returns
    -------
    (8, 5) float64
        Each three values, and the last output and input of its feedback. Zeros.
    """
    return np.zeros((8, 5))


def waves() -> Floats:
    """Tabulate the sine and cosine that every whole period is compared with.

    Returns
    -------
    (2, LONGEST_CYCLE + 1, LONGEST_CYCLE) float64
        Sines, then cosines, by period and by bars back.
    """
    table = np.zeros((2, LONGEST_CYCLE + 1, LONGEST_CYCLE))
    for period in range(1, LONGEST_CYCLE + 1):
        for k in range(period):
            angle = k * 2.0 * math.pi / period
            table[0, period, k], table[1, period, k] = sine(angle), cosine(angle)
    table.flags.writeable = False
    return table


@kernel(forceinline=True)
def _transform(delays: Floats, line: int, slot: int, value: float, scale: float) -> float:
    scaled = 0.0962 * value
    feedback = 0.5769 * delays[line, 4]
    # The value last: all else is known before it is, and everything waits for it.
    output = scaled + ((feedback - delays[line, 3]) - delays[line, slot])
    delays[line, slot] = scaled
    delays[line, 3] = feedback
    delays[line, 4] = value
    return output * scale


@kernel(forceinline=True)
def _next_period(real: float, imaginary: float, last: float) -> float:
    period = last
    if imaginary != 0.0 and real != 0.0:
        period = FULL_TURN / arctangent(imaginary / real)
    # Bounds of the bounds, which are known before the period is.
    longest = min(max(1.5 * last, 6.0), 50.0)
    shortest = min(max(0.67 * last, 6.0), 50.0)
    period = max(min(period, longest), shortest)
    return 0.2 * period + 0.8 * last


@kernel(forceinline=True)
def cycle_step(value: float, seen: int, state: Records, delays: Floats, start: int) -> None:
    """Advance a dominant cycle by one value.

    Parameters
    ----------
    value : float
        The newest value.
    seen : int
        Values seen before this one.
    state : (1,) record of ``CYCLE_STATE``
        Changed in place.
    delays : (8, 5) float64
        As of :func:`fresh_delays`; changed in place.
    start : int
        Row in which the transform begins; before it only prices are kept.
    """
    s = state[0]
    s["smoothed"] = (4.0 * value + 3.0 * s["price_1"] + 2.0 * s["price_2"] + s["price_3"]) * 0.1
    s["price_3"], s["price_2"], s["price_1"] = s["price_2"], s["price_1"], value
    if seen < start:
        return
    scale = 0.075 * s["period"] + 0.54
    even = seen % 2 == 0
    side, slot = (0 if even else 4), s["slot"]
    in_phase = s["even_3"] if even else s["odd_3"]
    detrended = _transform(delays, side, slot, s["smoothed"], scale)
    quadrature = _transform(delays, side + 1, slot, detrended, scale)
    ji = _transform(delays, side + 2, slot, in_phase, scale)
    jq = _transform(delays, side + 3, slot, quadrature, scale)
    if even:
        s["slot"] = 0 if slot == 2 else slot + 1
        s["odd_3"], s["odd_2"] = s["odd_2"], detrended
    else:
        s["even_3"], s["even_2"] = s["even_2"], detrended
    q2 = 0.2 * (quadrature + ji) + 0.8 * s["q2"]
    i2 = 0.2 * (in_phase - jq) + 0.8 * s["i2"]
    s["real"] = 0.2 * (i2 * s["i2"] + q2 * s["q2"]) + 0.8 * s["real"]
    s["imaginary"] = 0.2 * (i2 * s["q2"] - q2 * s["i2"]) + 0.8 * s["imaginary"]
    s["i2"], s["q2"] = i2, q2
    s["in_phase"], s["quadrature"] = in_phase, quadrature
    s["period"] = _next_period(s["real"], s["imaginary"], s["period"])
    s["smooth_period"] = 0.33 * s["period"] + 0.67 * s["smooth_period"]


@kernel(forceinline=True)
def phase_step(state: Records, smoothed: Floats, i: int, table: Floats) -> None:
    """Advance the phase of a dominant cycle.

    Parameters
    ----------
    state : (1,) record of ``CYCLE_STATE``
        After :func:`cycle_step`; its phase is changed in place.
    smoothed : float64
        Holds the last ``LONGEST_CYCLE`` smoothed prices, ending at ``i``, in order; 0 before the start.
    i : int
        Position of the newest.
    table : float64
        As :func:`waves` gives it.
    """
    s = state[0]
    period = int(s["smooth_period"] + 0.5)
    real, imaginary = 0.0, 0.0
    for k in range(period):
        real += table[0, period, k] * smoothed[i - k]
        imaginary += table[1, period, k] * smoothed[i - k]
    phase = s["phase"]
    if abs(imaginary) > 0.0:
        phase = arctangent(real / imaginary) * DEGREES
    elif real < 0.0:
        phase -= 90.0
    elif real > 0.0:
        phase += 90.0
    # One bar of lag of the smoothing.
    phase += 90.0 + 360.0 / s["smooth_period"]
    if imaginary < 0.0:
        phase += 180.0
    if phase > 315.0:
        phase -= 360.0
    s["phase"] = phase
