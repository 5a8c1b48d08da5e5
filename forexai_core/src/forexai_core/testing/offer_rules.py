"""Rules that offers of every kind keep."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ValidationError

from forexai_core.ports.advisor import Advisor
from forexai_core.ports.app import App
from forexai_core.ports.billing import Meter
from forexai_core.ports.broker import Broker
from forexai_core.ports.cli import Cli
from forexai_core.ports.data import DataSource
from forexai_core.ports.indicator import Indicator
from forexai_core.ports.model import Learner
from forexai_core.ports.notifier import Notifier
from forexai_core.ports.report import Report
from forexai_core.ports.risk import RiskRule
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.testing.conformance import ConformanceFailure, RuleBook, Subject
from forexai_core.testing.guards import no_network

__all__ = ["OFFER_RULES", "PORTS"]

BOOK = RuleBook()

PORTS: dict[str, Any] = {
    "strategy": TradingStrategy,
    "broker": Broker,
    "data": DataSource,
    "risk": RiskRule,
    "billing": Meter,
    "indicator": Indicator,
    "model": Learner,
    "advisor": Advisor,
    "notifier": Notifier,
    "report": Report,
    "cli": Cli,
    "app": App,
}
"""What an offer of each kind opens."""

_SECRET = re.compile(r"(password|passphrase|secret|token|api_?key|private_?key|credential)", re.IGNORECASE)
_UNKNOWN = "a_key_that_no_model_has"


@BOOK.rule(opens=False)
def settings_are_frozen(subject: Subject) -> None:
    """Settings cannot be changed once they are made."""
    if not subject.offer.settings.model_config.get("frozen"):
        raise ConformanceFailure(
            f"{subject.offer.settings.__name__} can be changed after it was made.",
            "Derive it from forexai_core.ports.settings.Settings, or set frozen=True.",
        )


@BOOK.rule(opens=False)
def settings_refuse_unknown_keys(subject: Subject) -> None:
    """A key that the model does not know is an error, so that a typing mistake is seen."""
    try:
        subject.offer.settings(**{**subject.settings, _UNKNOWN: 1})
    except ValidationError as problem:
        if any(error["type"] == "extra_forbidden" and error["loc"] == (_UNKNOWN,) for error in problem.errors()):
            return
    raise ConformanceFailure(
        f"{subject.offer.settings.__name__} takes keys that it does not know.",
        "Derive it from forexai_core.ports.settings.Settings, or set extra='forbid'.",
    )


@BOOK.rule(opens=False)
def settings_draw_a_form(subject: Subject) -> None:
    """The settings have a JSON Schema of an object, from which a form can be drawn."""
    try:
        schema = subject.offer.settings.model_json_schema()
        json.dumps(schema, allow_nan=False)
    except Exception as problem:
        raise ConformanceFailure(
            f"{subject.offer.settings.__name__} has no JSON Schema: {problem}",
            "Use fields of plain types: numbers, texts, booleans, enumerations, lists and models of these.",
        ) from problem
    if schema.get("type") != "object":
        raise ConformanceFailure(
            f"the schema of {subject.offer.settings.__name__} is of {schema.get('type')}.",
            "A form needs named fields: derive the model from Settings, not from RootModel.",
        )


@BOOK.rule()
def settings_survive_storage(subject: Subject) -> None:
    """Settings written as JSON and read back are the same settings."""
    value = subject.settings_value()
    again = subject.offer.settings.model_validate_json(value.model_dump_json())
    if again != value:
        raise ConformanceFailure(
            f"{value!r} came back from JSON as {again!r}.",
            "Use field types that JSON can carry, and serializers that validators understand.",
        )


@BOOK.rule(opens=False)
def settings_name_secrets(subject: Subject) -> None:
    """A setting that is a secret holds the secret's name, never the secret."""
    properties = subject.offer.settings.model_json_schema().get("properties", {})
    for name, schema in properties.items():
        if _SECRET.search(name) and "secret-reference" not in json.dumps(schema):
            raise ConformanceFailure(
                f"the setting '{name}' would hold a secret.",
                "Type it as forexai_core.ports.settings.SecretRef, and ask services.secrets for the value.",
            )


@BOOK.rule()
def opens_what_its_kind_promises(subject: Subject) -> None:
    """What is opened has every member of its port."""
    opened = subject.open()
    port = PORTS[subject.offer.kind]
    if not isinstance(opened, port):
        missing = sorted(name for name in vars(port) if not name.startswith("_") and not hasattr(opened, name))
        raise ConformanceFailure(
            f"it opens a {type(opened).__name__}, which lacks {', '.join(missing)}.",
            f"See forexai_core.ports for {port.__name__}.",
        )


@BOOK.rule()
def opening_is_quiet(subject: Subject) -> None:
    """Opening reaches for no network and starts no program; that comes with the first use."""
    services = subject.services
    with no_network() as tried:
        try:
            subject.open(services)
        except OSError as problem:
            if not tried:
                raise
            raise ConformanceFailure(
                f"opening it tried {tried[0]}.", "Connect when it is first used, or in connect()."
            ) from problem
    if tried:
        raise ConformanceFailure(f"opening it tried {tried[0]}.", "Connect when it is first used, or in connect().")


@BOOK.rule()
def opens_afresh(subject: Subject) -> None:
    """Each opening makes a thing of its own, so that two users share no state."""
    first, second = subject.open(), subject.open()
    if first is second:
        raise ConformanceFailure(
            f"two openings gave the same {type(first).__name__}.", "Make a new one each time `open` is called."
        )


OFFER_RULES = tuple(BOOK.rules)
"""The rules for every kind."""
