"""The memory of books, which runs use one after the other."""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.state.records import ACCOUNT, BOOK, DEAL, SYMBOL

__all__ = ["BookMemory", "borrow", "copied", "give_back"]

_KEPT = 2
"""How many books wait for the next run: of most runs a few pages were written to."""


_FEW_DEALS = 4_096
"""Up to here deals lie on small pages, of which a short run takes a handful; a long one fills large ones sooner."""


def _pages(size: int) -> mmap.mmap:
    """Set memory aside that is this process's alone, where the system knows the difference: it is taken faster."""
    if hasattr(mmap, "MAP_PRIVATE") and hasattr(mmap, "MAP_ANONYMOUS"):
        return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return mmap.mmap(-1, size)


def _enlarge_pages(pages: mmap.mmap, start: int) -> None:
    """Ask for large pages from some byte on; a system that has none goes on with small ones."""
    if hasattr(mmap, "MADV_HUGEPAGE"):
        start = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        with suppress(OSError):
            pages.madvise(mmap.MADV_HUGEPAGE, start, len(pages) - start)


class BookMemory:
    """The memory of one book, and views of its parts: each access to a field of a record makes a new one.

    Of so much memory a run touches little: pages of their own, taken when first written to, and huge ones only where
    the deals of a long run lie.

    Attributes
    ----------
    books : (1,) BOOK
        As kernels are handed it.
    book, account : record
        Live views of it.
    symbols, positions, orders, requests : array
        Likewise, each with all its room.
    """

    def __init__(self) -> None:
        starts = {name: int(place[1]) for name, place in (BOOK.fields or {}).items()}
        pages = _pages(BOOK.itemsize)
        _enlarge_pages(pages, starts["deals"] + _FEW_DEALS * DEAL.itemsize)
        self.books: NDArray[np.void] = np.frombuffer(pages, BOOK)
        self.book: Any = self.books[0]
        self.account: Any = self.book["account"]
        self.symbols: NDArray[np.void] = self.book["symbols"]
        self.positions: NDArray[np.void] = self.book["positions"]
        self.orders: NDArray[np.void] = self.book["orders"]
        self.requests: NDArray[np.void] = self.book["requests"]
        # numpy copies a record field by field, which takes many times as long as its bytes.
        whole = self.books.view(np.uint8)
        self._account = whole[starts["account"] : starts["account"] + ACCOUNT.itemsize]
        self._symbols = whole[starts["symbols"] :]

    def begin(self, account: NDArray[np.void], symbols: NDArray[np.void]) -> None:
        """Write an account and its symbols as they are at the start; what else is there counts for nothing.

        Parameters
        ----------
        account : (1,) ACCOUNT
        symbols : (symbols,) SYMBOL
        """
        self._account[:] = account.view(np.uint8)
        self._symbols[: len(symbols) * SYMBOL.itemsize] = symbols.view(np.uint8)


def copied(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Copy contiguous rows as bytes: numpy copies them field by field, which takes many times as long."""
    fresh = np.empty(rows.shape, rows.dtype)
    fresh.view(np.uint8)[:] = rows.view(np.uint8)
    return fresh


_SPARE: list[BookMemory] = []


def borrow() -> BookMemory:
    """Take the memory of a book that no run uses, or new memory."""
    try:
        return _SPARE.pop()
    except IndexError:
        return BookMemory()


def give_back(memory: BookMemory) -> None:
    """Leave memory to the runs that follow. Nobody may look at it any more."""
    if len(_SPARE) < _KEPT:
        _SPARE.append(memory)
