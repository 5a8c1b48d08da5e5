"""Inlining of kernels into kernels without numba's needless copies, which took half of all compiling.

Before numba inlines a function it copies it block by block, twice, and with each block the scope of all its variables.
A function that is inlined was read for this one call and is nobody else's, so its blocks may go on sharing one scope.
The code that comes out is the same.
"""

from __future__ import annotations

from typing import Any

from numba.core import ir
from numba.core.compiler_machinery import register_pass
from numba.core.inline_closurecall import InlineWorker
from numba.core.untyped_passes import InlineInlinables

from forexai_core._compilation.passes import put_in_place

__all__ = ["inline_quickly"]


class _SharedScope(ir.Scope):
    """The variables of a function whose copies go on naming the same ones."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _SharedScope:
        return self


class _QuickWorker(InlineWorker):
    _compiler_pipeline: Any

    def __init__(self, usual: InlineWorker) -> None:
        vars(self).update(vars(usual))
        define = self._compiler_pipeline
        self._compiler_pipeline = lambda state: inline_quickly(define(state))

    def run_untyped_passes(self, func: Any, *settings: Any) -> Any:
        usual: Any = super()
        body = usual.run_untyped_passes(func, *settings)
        for block in body.blocks.values():
            block.scope.__class__ = _SharedScope
        return body


_register: Any = register_pass


@_register(mutates_CFG=True, analysis_only=False)
class _QuickInlining(InlineInlinables):
    _name: Any = "quick_inlining"

    def _do_work(self, *call_and_worker: Any) -> Any:
        *call, worker = call_and_worker
        usual: Any = super()
        return usual._do_work(*call, _QuickWorker(worker))  # noqa: SLF001


def inline_quickly(passes: Any) -> Any:
    """Have a pipeline of numba's, which is given back, inline without needless copies."""
    return put_in_place(passes, InlineInlinables, _QuickInlining)
