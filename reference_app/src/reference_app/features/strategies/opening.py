"""Making a strategy that a plugin offers, with its parameters; within a process that has strategies loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from pydantic import BaseModel, ValidationError

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.plugins import discover
from forexai_core.ports.services import Services
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.services import embedded_services
from reference_app.features.strategies.asked import ParametersChecked, ParametersGiven
from reference_app.features.strategies.schemas import RuleProblem
from reference_app.processes.serving import Say

__all__ = ["opened", "parameters_checked"]

_WHOLE = "parameters"


def opened(given: ParametersGiven, services: Services) -> TradingStrategy:
    """Make the strategy.

    Raises
    ------
    ConfigError
        If a parameter is wrong; every such one is named.
    """
    offer = discover(disabled=given.disabled, required=given.required, kinds={"strategy"}).strategies[given.name]
    try:
        settings = offer.settings(**given.parameters)
    except ValidationError as problem:
        found = _problems(offer.settings, problem)
        told = " ".join(f"{each.place}: {each.message}" for each in found)
        raise ConfigError(f"The parameters of {given.name} are not right. {told}") from problem
    return offer.open(settings, services)


def parameters_checked(body: bytes, _say: Say) -> bytes:
    """Say what is wrong with parameters, place by place."""
    given = msgspec.msgpack.decode(body, type=ParametersGiven)
    found: tuple[RuleProblem, ...] = ()
    with embedded_services(None) as services:
        try:
            opened(given, services)
        except ConfigError as refusal:
            reason = refusal.__cause__
            model = discover(disabled=given.disabled, required=given.required, kinds={"strategy"})
            if isinstance(reason, ValidationError):
                found = _problems(model.strategies[given.name].settings, reason)
            else:
                # What no single value shows: fast must be shorter than slow.
                found = (RuleProblem(place=_WHOLE, message=str(refusal)),)
    return msgspec.msgpack.encode(ParametersChecked(problems=found))


def _problems(model: type[BaseModel], error: ValidationError) -> tuple[RuleProblem, ...]:
    return tuple(_problem(model.model_fields, each) for each in error.errors())


def _problem(known: Mapping[str, Any], error: Any) -> RuleProblem:
    place = ".".join(map(str, error["loc"])) or _WHOLE
    if error["type"] == "extra_forbidden":
        return RuleProblem(
            place=place, message=f"there is no parameter '{place}'. {did_you_mean(place, known)}".strip()
        )
    if error["type"] == "missing":
        return RuleProblem(place=place, message="it must be given.")
    message = error["msg"].removeprefix("Value error, ")
    return RuleProblem(place=place, message=f"{message[0].lower()}{message[1:]}, not {error['input']!r:.60}.")
