"""The records that travel through the ports of the services."""

from __future__ import annotations

import copy
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.errors import ConfigError, FencedError, IntegrityError
from forexai_core.ports.executor import Cancellation
from forexai_core.ports.intents import LEGAL, SETTLED, IntentDraft, IntentState
from forexai_core.ports.jobs import JobRequest, backoff_ns
from forexai_core.ports.leases import Fence
from forexai_core.ports.names import LONGEST_NAME, check_name
from forexai_core.ports.secrets import Secret
from forexai_core.ports.trials import GENESIS, Idea, Trial, canonical_bytes, chain, from_canonical
from forexai_core.services.file_names import from_file_name, to_file_name


# ---------------------------------------------------------------------------------------------------------------- names
@pytest.mark.parametrize("name", ["a", "EURUSD", "a/b/c", "account:main", "x" * LONGEST_NAME, "a.b_c-d@e+f=g", "1"])
def test_names(name):
    assert check_name("thing", name) is name


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "/", "a/", "/a", "a//b", ".", "..", "a/../b", ".a", "a.", "a:", "-a", "_a", "a b", "a\n", "a\0b"),
        *("ä", "a\\b", "a*", "x" * (LONGEST_NAME + 1), None, 3, b"a"),
    ],
)
def test_no_names(name):
    with pytest.raises(ConfigError, match="cannot be the name of a thing"):
        check_name("thing", name)


letters = st.text("abzABZ019._:@+=-/", min_size=1, max_size=12)


def is_name(text):
    try:
        check_name("x", text)
    except ConfigError:
        return False
    return True


@given(letters.filter(is_name), letters.filter(is_name))
def test_names_of_files_are_apart_where_capitals_do_not_count(one, two):
    assert from_file_name(to_file_name(one)) == one
    assert "/" not in to_file_name(one)
    assert (to_file_name(one).casefold() == to_file_name(two).casefold()) == (one == two)


@pytest.mark.parametrize("name", ["notes", "s-%4", "s-A", "s-%41%", "x-a"])
def test_other_files_are_told(name):
    with pytest.raises(IntegrityError):
        from_file_name(name)


# --------------------------------------------------------------------------------------------------------------- fences
def fence(epoch, number, resource="a"):
    return Fence(resource=resource, epoch=epoch, number=number)


def test_the_epoch_weighs_more_than_the_number():
    order = [fence(1, 1), fence(1, 2), fence(1, 10), fence(2, 1), fence(2, 2)]
    for at, older in enumerate(order):
        for newer in order[at:]:
            assert older.is_older_than(newer) == (older != newer)
            assert not newer.is_older_than(older)


def test_a_fence_checks():
    fence(1, 2).check(None, place="here")
    fence(1, 2).check(fence(1, 2), place="here")
    fence(2, 1).check(fence(1, 2), place="here")
    with pytest.raises(FencedError, match=r"here was taken over: token 1\.1 of 'a' is older than 1\.2"):
        fence(1, 1).check(fence(1, 2), place="here")
    with pytest.raises(FencedError, match="belongs to the lease of 'b'"):
        fence(1, 1).check(fence(1, 1, "b"), place="here")


@pytest.mark.parametrize("wrong", [{"resource": ""}, {"epoch": 0}, {"number": 0}, {"number": 2**63}])
def test_a_fence_is_checked_when_it_is_made(wrong):
    with pytest.raises(ConfigError):
        Fence(**{"resource": "a", "epoch": 1, "number": 1} | wrong)


# -------------------------------------------------------------------------------------------------------------- secrets
TEXT = "s3cr3t"


def test_a_secret_does_not_show_itself():
    secret = Secret(TEXT)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>20}", f"{secret:>20}", "%s" % secret, repr([secret])]  # noqa: UP031
    assert not any(TEXT in text for text in shown)
    assert secret.reveal() == TEXT
    assert not hasattr(secret, "__dict__")


def test_a_secret_stays_here():
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="does not leave"):
            leave(Secret(TEXT))
    with pytest.raises(TypeError, match="unhashable"):
        hash(Secret(TEXT))


def test_a_secret_does_not_change():
    secret = Secret(TEXT)
    for change in (lambda: setattr(secret, "_text", "x"), lambda: delattr(secret, "_text")):
        with pytest.raises(AttributeError, match="does not change"):
            change()
    assert secret.reveal() == TEXT


def test_secrets_compare_by_text():
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT
    assert (bool(Secret(TEXT)), bool(Secret(""))) == (True, False)


@pytest.mark.parametrize("text", [None, b"x", 3, Secret("x")])
def test_a_secret_is_made_from_text(text):
    with pytest.raises(ConfigError, match="made from text"):
        Secret(text)


# -------------------------------------------------------------------------------------------------------------- intents
def test_nothing_leads_back_to_sending():
    assert set(LEGAL) == set(IntentState)
    assert {IntentState.FILLED, IntentState.REJECTED, IntentState.RESOLVED} == SETTLED
    assert [state for state, following in LEGAL.items() if IntentState.SENT in following] == [IntentState.RECORDED]
    assert not any(IntentState.RECORDED in following for following in LEGAL.values())
    assert IntentState.REJECTED not in LEGAL[IntentState.UNKNOWN]


@pytest.mark.parametrize(
    "wrong", [{"id": ""}, {"account": "a b"}, {"tag": "x" * 32}, {"tag": ""}, {"magic": 2**63}, {"magic": -(2**63) - 1}]
)
def test_a_draft_is_checked_when_it_is_made(wrong):
    with pytest.raises(ConfigError):
        IntentDraft(**{"id": "i", "account": "a", "tag": "t", "magic": 1, "request": b""} | wrong)


# ----------------------------------------------------------------------------------------------------------------- jobs
def test_back_off_doubles_up_to_its_cap():
    request = JobRequest(key="k", kind="x", backoff_s=5, backoff_cap_s=60)
    assert [backoff_ns(request, n) / 1e9 for n in (1, 2, 3, 4, 5, 1_000_000)] == [5, 10, 20, 40, 60, 60]


@pytest.mark.parametrize(
    "wrong", [{"key": ""}, {"kind": "a b"}, {"max_attempts": 0}, {"backoff_s": 0}, {"backoff_cap_s": float("nan")}]
)
def test_a_request_is_checked_when_it_is_made(wrong):
    with pytest.raises(ConfigError):
        JobRequest(**{"key": "k", "kind": "x"} | wrong)


def test_a_cancellation_is_not_taken_back():
    cancellation = Cancellation()
    assert not cancellation.cancelled
    cancellation.cancel()
    cancellation.cancel()
    assert cancellation.cancelled


# --------------------------------------------------------------------------------------------------------------- trials
IDEA = Idea(
    strategy="sma-cross", form="class", symbols=("GBPUSD", "EURUSD"), timeframe="H1", start_ns=2**60, stop_ns=2**61
)
TRIAL = Trial(
    idea=IDEA,
    parameters_hash="ab",
    evaluations=7,
    input_fingerprint="cd",
    metrics={"sharpe": 1.25, "net_profit": None},
    recorded_at_ns=1_700_000_000_000_000_001,
)


def test_the_canonical_bytes_are_these():
    assert canonical_bytes(TRIAL) == (
        b'{"evaluations":7,"form":"class","input_fingerprint":"cd","metrics":{"net_profit":null,"sharpe":1.25},'
        b'"parameters_hash":"ab","recorded_at_ns":"1700000000000000001","start_ns":"1152921504606846976",'
        b'"stop_ns":"2305843009213693952","strategy":"sma-cross","symbols":["EURUSD","GBPUSD"],"timeframe":"H1",'
        b'"version":1}'
    )
    assert chain(GENESIS, b"x") == "fdded6faced1af47fdaaac589602f58e0e040a882627806c42ddcc38da604cf0"


@given(st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1), st.floats(allow_nan=False, allow_infinity=False))
def test_any_trial_comes_back(strategy, symbols, figure):
    idea = Idea(strategy=strategy, form="", symbols=symbols, timeframe="H1", start_ns=0, stop_ns=0)
    trial = Trial(idea=idea, parameters_hash="", metrics={"sharpe": figure}, recorded_at_ns=0)
    content = canonical_bytes(trial)
    assert from_canonical(content) == trial
    assert content.isascii()
    assert b"\n" not in content


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", canonical_bytes(TRIAL).replace(b'"7"', b'"x"')[:-1]])
def test_what_is_no_trial_is_told(content):
    with pytest.raises(IntegrityError, match="no trial"):
        from_canonical(content)


@pytest.mark.parametrize(
    "wrong",
    [{"strategy": ""}, {"symbols": ()}, {"symbols": ("",)}, {"timeframe": ""}, {"stop_ns": 0}, {"start_ns": 2**63}],
)
def test_an_idea_is_checked_when_it_is_made(wrong):
    with pytest.raises(ConfigError):
        Idea(**{"strategy": "s", "form": "", "symbols": "X", "timeframe": "H1", "start_ns": 1, "stop_ns": 2} | wrong)


@pytest.mark.parametrize("wrong", [{"evaluations": 0}, {"recorded_at_ns": 2**63}, {"metrics": {"x": float("nan")}}])
def test_a_trial_is_checked_when_it_is_made(wrong):
    with pytest.raises(ConfigError):
        Trial(**{"idea": IDEA, "parameters_hash": "", "recorded_at_ns": 0} | wrong)


def test_overlap_is_mutual_and_symbols_are_a_set():
    other = Idea(strategy="sma-cross", form="rules", symbols="EURUSD", timeframe="H1", start_ns=2**61, stop_ns=2**62)
    assert IDEA.overlaps(other)
    assert other.overlaps(IDEA)
    assert Idea(strategy="s", form="", symbols=["B", "A", "B"], timeframe="H1", start_ns=0, stop_ns=0).symbols == (
        "A",
        "B",
    )


# --------------------------------------------------------------------------------------------------------------- suites
def test_without_pytest_the_suites_say_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("forexai_core.testing.ports")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'forexai-core\[testing\]'"):
        __import__("forexai_core.testing.ports.blobs")
