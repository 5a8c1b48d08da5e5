"""What is told about strategies by a process that has them loaded: compiled code and data frames come with them."""

from __future__ import annotations

import re

import msgspec

from forexai_core.errors import ConfigError
from forexai_core.plugins import discover
from forexai_core.strategies.rules import Rules
from reference_app.features.strategies.asked import OfferAsked, OffersKnown, RulesChecked, RulesWritten
from reference_app.features.strategies.schemas import OfferedStrategy, RuleProblem
from reference_app.processes.serving import Say

__all__ = ["offered", "validated"]

_BETWEEN = " · "
_PLACE = re.compile(r"(?P<place>the document|[a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_-]+|\[\d+\])*)(?::| is missing)")


def offered(body: bytes, _say: Say) -> bytes:
    """List the strategies that plugins offer, with the JSON Schema of their parameters."""
    asked = msgspec.msgpack.decode(body, type=OfferAsked)
    found = discover(disabled=asked.disabled, required=asked.required, kinds={"strategy"}).strategies
    items = tuple(
        OfferedStrategy(
            name=offer.name,
            title=offer.title,
            summary=offer.summary,
            form=str(offer.form),
            tags=tuple(sorted(offer.tags)),
            plugin=found.origin(offer.name).plugin,
            parameters=offer.settings.model_json_schema(),
        )
        for offer in found.values()
    )
    return msgspec.msgpack.encode(OffersKnown(items=items, rules_schema=Rules.schema()))


def validated(body: bytes, _say: Say) -> bytes:
    """Check rules: every problem with its place, or how they read and what they need."""
    asked = msgspec.msgpack.decode(body, type=RulesWritten)
    try:
        rules = Rules.from_dict(asked.rules)
    except ConfigError as refusal:
        return msgspec.msgpack.encode(RulesChecked(problems=_problems(str(refusal))))
    except RecursionError:
        deep = RuleProblem(place="the document", message="the conditions are nested too deep.")
        return msgspec.msgpack.encode(RulesChecked(problems=(deep,)))
    checked = RulesChecked(
        name=rules.name, title=rules.title, rules=rules.to_dict(), reading=rules.describe(), warmup_bars=rules.warmup
    )
    return msgspec.msgpack.encode(checked)


def _problems(message: str) -> tuple[RuleProblem, ...]:
    """Take a message of the core apart: its problems stand behind each other, each after its place."""
    found: list[RuleProblem] = []
    for part in message.removeprefix("rules: ").split(_BETWEEN):
        place = _PLACE.match(part)
        if place is None and found:
            # It is the end of the one before: something that the author wrote holds what parts two problems.
            last = found.pop()
            found.append(RuleProblem(place=last.place, message=f"{last.message}{_BETWEEN}{part}"))
        else:
            found.append(_problem(part, "the document" if place is None else place["place"]))
    return tuple(found)


def _problem(text: str, place: str) -> RuleProblem:
    return RuleProblem(place=place, message=text.removeprefix(place).removeprefix(":").strip())
