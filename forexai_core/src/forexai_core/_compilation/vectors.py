"""How wide the vectors are that kernels work in: 256 bits, where a processor could do 512.

Columns of numbers seldom begin where a line of the processor's cache does, so that every 512-bit access touches two
lines, and every second one of 256 bits. Where memory is what a kernel waits for, the narrower ones took up to a fifth
less time (AMD Zen 4). LLVM chooses so by itself for Intel's processors. The results are the same bits.
"""

from __future__ import annotations

from typing import Any

from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import BaseNativeLowering, NativeLowering

from forexai_core._compilation.passes import put_in_place

__all__ = ["narrow_vectors"]

PREFERRED = '"prefer-vector-width"="256"'
"""The attribute of LLVM that a function carries."""


class _NarrowLower(Lower):
    def setup_function(self, fndesc: Any) -> None:
        usual: Any = super()
        usual.setup_function(fndesc)
        # numba's own set refuses all attributes of the form name=value.
        set.add(self.function.attributes, PREFERRED)


_register: Any = register_pass


@_register(mutates_CFG=True, analysis_only=False)
class _NarrowLowering(BaseNativeLowering):
    _name: Any = "narrow_lowering"

    @property
    def lowering_class(self) -> type[_NarrowLower]:
        return _NarrowLower


def narrow_vectors(passes: Any) -> Any:
    """Have a pipeline of numba's, which is given back, lower to narrow vectors."""
    return put_in_place(passes, NativeLowering, _NarrowLowering)
