"""Who runs the ledger before it was ever compiled is told why he waits, once; nobody else is told anything."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from forexai_core._compilation import cache as compiled_forms
from forexai_core._compilation.notice import COMPILING, LOGGER, CompilingNotice


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Kept:
    """The cache of a kernel, with what it finds."""

    def __init__(self, found):
        self.found = found

    def load_overload(self, _sig, _context):
        return self.found


def body(module):
    def kernel():
        return None

    kernel.__module__ = module
    return kernel


RUN = body("forexai_core.engine.driving.run")


@pytest.fixture
def terminal(monkeypatch):
    """A terminal where the notice may be shown."""
    monkeypatch.setattr(LOGGER, "disabled", False)
    return Terminal()


def cache_of(body, found, terminal, monkeypatch, handlers=()):
    """The cache of a kernel, in a program that logs as it likes."""
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(logging.getLogger(), "handlers", list(handlers))
    monkeypatch.setattr(compiled_forms, "_NOTICE", CompilingNotice())
    cache = compiled_forms.KernelCache(body)
    cache.__dict__["kept"] = Kept(found)
    return cache


def test_it_is_said_once_on_a_terminal(terminal, monkeypatch):
    cache = cache_of(RUN, None, terminal, monkeypatch)
    for _ in range(3):
        assert cache.load_overload(None, None) is None
    assert terminal.getvalue() == f"{COMPILING}\n"


def test_nothing_is_said_where_the_kernel_is_kept(terminal, monkeypatch):
    assert cache_of(RUN, "kernel", terminal, monkeypatch).load_overload(None, None) == "kernel"
    assert terminal.getvalue() == ""


def test_kernels_that_take_a_moment_are_not_announced(terminal, monkeypatch):
    cache_of(body("forexai_core.indicators.averages.simple_average"), None, terminal, monkeypatch).load_overload(
        None, None
    )
    assert terminal.getvalue() == ""


def test_who_wants_to_hear_nothing_hears_nothing(terminal, monkeypatch):
    monkeypatch.setattr(LOGGER, "disabled", True)
    cache_of(RUN, None, terminal, monkeypatch).load_overload(None, None)
    assert terminal.getvalue() == ""


def test_without_a_terminal_only_the_log_tells(terminal, monkeypatch, caplog):
    monkeypatch.setattr(terminal, "isatty", lambda: False)
    cache_of(RUN, None, terminal, monkeypatch, [caplog.handler]).load_overload(None, None)
    assert terminal.getvalue() == ""
    assert caplog.messages == [COMPILING]


def test_it_is_not_said_twice_where_the_program_logs_to_the_terminal(terminal, monkeypatch):
    cache_of(RUN, None, terminal, monkeypatch, [logging.StreamHandler(terminal)]).load_overload(None, None)
    assert terminal.getvalue() == f"{COMPILING}\n"
