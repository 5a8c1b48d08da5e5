"""Logarithm, sine, cosine and arc tangent from the four basic operations.

The C library of every system rounds these in its own way; made of additions, multiplications and divisions alone they
give the same bytes on every machine. Coefficients and reductions are those of FreeBSD's msun (fdlibm, Sun Microsystems
1993, freely granted): errors stay below one unit in the last place.
"""

from __future__ import annotations

import math

from forexai_core._jit import kernel

__all__ = ["arctangent", "cosine", "logarithm", "sine"]


@kernel(forceinline=True)
def _short_of_slope(t: float) -> float:
    """Say by how much the angle of a slope below 7/16 stays below it."""
    # Not term by term, but in pairs: what the terms wait for each other is most of the time.
    z = t * t
    w = z * z
    odd = 9.09088713343650656196e-02 + w * 6.66107313738753120669e-02
    odd += (w * w) * (4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)
    odd = (3.33333333333329318027e-01 + w * 1.42857142725034663711e-01) + (w * w) * odd
    even = (-7.69187620504482999495e-02 + w * -5.83357013379057348645e-02) + (w * w) * -3.65315727442169155270e-02
    even = (-1.99999999998764832476e-01 + w * -1.11111104054623557880e-01) + (w * w) * even
    return t * (z * odd + w * even)


@kernel
def arctangent(x: float) -> float:
    """Give the angle of a slope.

    Parameters
    ----------
    x : float
        Any finite number.

    Returns
    -------
    float
        Radians, between -pi/2 and pi/2.
    """
    size = abs(x)
    if size < 0.4375:
        return x - _short_of_slope(x)
    if size < 0.6875:
        high, low, t = 4.63647609000806093515e-01, 2.26987774529616870924e-17, (2.0 * size - 1.0) / (2.0 + size)
    elif size < 1.1875:
        high, low, t = 7.85398163397448278999e-01, 3.06161699786838301793e-17, (size - 1.0) / (size + 1.0)
    elif size < 2.4375:
        high, low, t = 9.82793723247329054082e-01, 1.39033110312309984516e-17, (size - 1.5) / (1.0 + 1.5 * size)
    else:
        high, low, t = 1.57079632679489655800e00, 6.12323399573676603587e-17, -1.0 / size
    angle = high - ((_short_of_slope(t) - low) - t)
    return angle if x >= 0.0 else -angle


@kernel(forceinline=True)
def _sine_near_zero(x: float) -> float:
    z = x * x
    r = 8.33333333332248946124e-03 + z * (
        -1.98412698298579493134e-04
        + z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10))
    )
    return x + x * z * (-1.66666666666666324348e-01 + z * r)


@kernel(forceinline=True)
def _cosine_near_zero(x: float) -> float:
    z = x * x
    r = z * (
        4.16666666666666019037e-02
        + z
        * (
            -1.38888888888741095749e-03
            + z
            * (
                2.48015872894767294178e-05
                + z * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 - z * 1.13596475577881948265e-11))
            )
        )
    )
    return 1.0 - (0.5 * z - z * r)


@kernel(forceinline=True)
def _quarter_turns(x: float) -> tuple[int, float]:
    turns = math.floor(x * 6.36619772367581382433e-01 + 0.5)
    return int(turns) % 4, (x - turns * 1.57079632673412561417e00) - turns * 6.07710050650619224932e-11


@kernel
def sine(x: float) -> float:
    """Give the sine of an angle.

    Parameters
    ----------
    x : float
        Radians, a few turns at most.

    Returns
    -------
    float
        Between -1 and 1.
    """
    quarter, rest = _quarter_turns(x)
    value = _cosine_near_zero(rest) if quarter % 2 == 1 else _sine_near_zero(rest)
    return -value if quarter >= 2 else value


@kernel
def cosine(x: float) -> float:
    """Give the cosine of an angle.

    Parameters
    ----------
    x : float
        Radians, a few turns at most.

    Returns
    -------
    float
        Between -1 and 1.
    """
    quarter, rest = _quarter_turns(x)
    value = _sine_near_zero(rest) if quarter % 2 == 1 else _cosine_near_zero(rest)
    return -value if quarter in (1, 2) else value


@kernel
def logarithm(x: float) -> float:
    """Give the natural logarithm.

    Parameters
    ----------
    x : float
        Above 0, finite.

    Returns
    -------
    float
        Its logarithm.
    """
    part, exponent = math.frexp(x)
    if part < 7.07106781186547524401e-01:
        part *= 2.0
        exponent -= 1
    f = part - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = 2.222219843214978396e-01 + z * (
        1.818357216161805012e-01 + z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01)
    )
    r = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * r)))
    half = 0.5 * f * f
    return exponent * 6.93147180369123816490e-01 - (
        (half - (s * (half + r) + exponent * 1.90821492927058770002e-10)) - f
    )
