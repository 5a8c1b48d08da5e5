"""What every notifier keeps: one key is one message, secrets stay secret, and it does not hang."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from forexai_core.errors import ForexAIError
from forexai_core.ports.advisor import Fact
from forexai_core.ports.notifier import Delivery, Notice, NoticeLevel, Notifier
from forexai_core.ports.secrets import Secret
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.guards import no_network
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.testing.venues import START_NS

__all__ = ["NOTIFIER_SUITE", "NotifierConformance"]

BOOK = RuleBook()
_SECRET = "conformance-7c1f-secret-value"  # noqa: S105 - the bait that must not be seen


def _notice(key: str = "conformance-1", level: NoticeLevel = NoticeLevel.WARNING) -> Notice:
    return Notice(
        key=key,
        time_ns=START_NS,
        level=level,
        category="risk",
        title="Daily loss at 1.8 %",
        text='Openings stop at 2 %.\nA second line, with "quotes" and <tags>.',
        facts=(Fact(name="daily_loss_pct", value=1.8, unit="%", source="account main"),),
    )


def _secret_names(subject: Subject) -> list[str]:
    properties = subject.offer.settings.model_json_schema().get("properties", {})
    named = [
        str(subject.settings[name]).removeprefix("secret:")
        for name, schema in properties.items()
        if "secret-reference" in json.dumps(schema) and subject.settings.get(name)
    ]
    return [*named, *map(str, subject.probe.get("secrets", ()))]


async def _opened(subject: Subject) -> Notifier:
    for name in _secret_names(subject):
        await subject.services.secrets.set(name, Secret(_SECRET))
    notifier: Notifier = subject.open()
    return notifier


async def _send(notifier: Notifier, notice: Notice) -> Delivery:
    delivery: object = await notifier.send(notice)
    if not isinstance(delivery, Delivery) or delivery.key != notice.key or not delivery.channel.strip():
        raise ConformanceFailure(f"send() gave {delivery!r}.", "Return a Delivery with the notice's key and a channel.")
    return delivery


@contextmanager
def _overheard() -> Iterator[io.StringIO]:
    """Collect all that is printed and logged."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@BOOK.rule()
async def delivers(subject: Subject) -> None:
    """A notice of every level is delivered, and the answer names its key."""
    notifier = await _opened(subject)
    for number, level in enumerate(NoticeLevel):
        delivery = await _send(notifier, _notice(f"level-{number}", level))
        if delivery.duplicate:
            raise ConformanceFailure(f"a new notice of level {level} counts as a duplicate.", "Compare keys.")


@BOOK.rule()
async def one_key_is_one_message(subject: Subject) -> None:
    """A key that was delivered is not sent again, and the answer says so."""
    notifier = await _opened(subject)
    await _send(notifier, _notice())
    if not (await _send(notifier, _notice())).duplicate:
        raise ConformanceFailure("one key was delivered twice.", "Remember delivered keys; answer duplicate=True.")


@BOOK.rule()
async def secrets_stay_secret(subject: Subject) -> None:
    """No secret is printed, logged, or part of an answer or an error."""
    with _overheard() as heard:
        notifier = await _opened(subject)
        said = [repr(notifier)]
        try:
            said.append(repr(await notifier.send(_notice())))
        except ForexAIError as problem:
            said.append(repr(problem))
    if _SECRET in heard.getvalue() or any(_SECRET in each for each in said):
        raise ConformanceFailure("a secret was shown.", "Reveal a secret only where it is sent, and log nothing of it.")


@BOOK.rule()
async def failures_are_known_errors(subject: Subject) -> None:
    """Without a network a notice is delivered, or a ForexAIError says why not."""
    notifier = await _opened(subject)
    with no_network():
        try:
            await _send(notifier, _notice())
        except ConformanceFailure:
            raise
        except ForexAIError:
            return
        except Exception as problem:
            raise ConformanceFailure(
                f"without a network send() raised {type(problem).__name__}.",
                "Translate what the channel raises into an error of forexai_core.errors.",
            ) from problem


@BOOK.rule()
async def the_time_limit_holds(subject: Subject) -> None:
    """send() comes back within the offer's timeout_s, with or without a delivery."""
    notifier = await _opened(subject)
    limit = subject.offer.limits.timeout_s
    try:
        async with asyncio.timeout(limit + 0.5):
            await notifier.send(_notice())
    except TimeoutError as problem:
        raise ConformanceFailure(
            f"send() did not come back in {limit:g} s.", "Put what waits under asyncio.timeout."
        ) from problem
    except ForexAIError:
        return


NOTIFIER_SUITE = Suite(kind="notifier", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for notifiers."""


class NotifierConformance(Conformance):
    """Tests of a notifier. Its ``settings`` should lead to a channel that bothers nobody."""

    suite = NOTIFIER_SUITE
