"""Garbage is collected between prices, and nowhere else while a session runs."""

from __future__ import annotations

import gc
import weakref

import pytest

from forexai_core.live.session.breathing import Collector, collecting_between_prices


class Cycle:
    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def _collects_by_itself():
    before, limits = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(100, 5, 2)
    gc.enable()
    yield
    gc.set_threshold(*limits)
    gc.enable() if before else gc.disable()


def a_lost_cycle():
    return weakref.ref(Cycle())


def littered():
    """Allocate what would make Python collect several times over; what is let go of counts no longer."""
    return [[] for _ in range(1_000)]


def test_python_collects_by_itself_without_it():
    lost = a_lost_cycle()
    assert littered()
    assert lost() is None


def test_garbage_waits_until_it_is_told_to_be_collected():
    with collecting_between_prices() as collector:
        lost = a_lost_cycle()
        kept = littered()
        assert lost() is not None
        collector.collect()
        assert lost() is None
        assert len(kept) == 1_000
    assert gc.isenabled()


def test_nothing_is_collected_before_it_is_due():
    with collecting_between_prices() as collector:
        gc.collect()
        lost = a_lost_cycle()
        collector.collect()
        assert lost() is not None


def test_what_has_grown_old_is_collected_too():
    with collecting_between_prices() as collector:
        old = Cycle()
        lost = weakref.ref(old)
        gc.collect()
        del old
        kept = []
        for _ in range(100):
            kept.append(littered())
            collector.collect()
        assert lost() is None


def test_it_is_kept_until_the_last_session_has_ended():
    with collecting_between_prices() as first:
        with collecting_between_prices():
            assert not gc.isenabled()
        assert not gc.isenabled()
        lost = a_lost_cycle()
        kept = littered()
        first.collect()
        assert lost() is None
        assert len(kept) == 1_000
    assert gc.isenabled()


def test_it_is_given_back_where_a_session_fails():
    with pytest.raises(RuntimeError, match="lost"), collecting_between_prices():
        raise RuntimeError("lost")
    assert gc.isenabled()


def test_who_keeps_python_from_collecting_is_left_alone():
    gc.disable()
    with collecting_between_prices() as collector:
        lost = a_lost_cycle()
        kept = littered()
        collector.collect()
        assert lost() is not None
        assert len(kept) == 1_000
    assert not gc.isenabled()


def test_one_that_holds_nothing_collects_nothing():
    gc.disable()
    lost = a_lost_cycle()
    kept = littered()
    Collector().collect()
    assert lost() is not None
    assert len(kept) == 1_000
