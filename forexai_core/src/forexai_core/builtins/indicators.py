"""The catalogue of indicators, as offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field, create_model

from forexai_core.indicators.catalogue import catalogue
from forexai_core.indicators.prices import SOURCE_COLUMNS
from forexai_core.indicators.specification import BoundIndicator, IndicatorSpec
from forexai_core.ports.indicator import IndicatorOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import MadeSettings, Settings

__all__ = ["indicator_offers"]


def _settings(spec: IndicatorSpec) -> type[Settings]:
    """Make the settings of an indicator: its parameters, and the price that it is taken of."""
    fields: dict[str, Any] = {
        parameter.name: (
            int if parameter.kind == "int" else float,
            Field(
                default=parameter.default,
                ge=parameter.minimum,
                le=parameter.maximum,
                title=parameter.title,
                description=parameter.title,
                allow_inf_nan=None if parameter.kind == "int" else False,
            ),
        )
        for parameter in spec.parameters
    }
    if spec.source is not None:
        sources = Literal[tuple(SOURCE_COLUMNS)]  # type: ignore[valid-type]
        fields["source"] = (sources, Field(default=spec.source, title="Price", description="Price it is taken of."))
    name = "".join(word.capitalize() for word in spec.name.split("_"))
    model: type[Settings] = create_model(f"{name}Settings", __base__=MadeSettings, __module__=__name__, **fields)
    model.__doc__ = f"Parameters of: {spec.title}."
    return model


def _open(spec: IndicatorSpec) -> Callable[[Any, Services], BoundIndicator]:
    def opened(settings: Settings, _services: Services) -> BoundIndicator:
        return spec.open(**settings.model_dump())

    return opened


def indicator_offers() -> tuple[IndicatorOffer, ...]:
    """Give the indicators of the catalogue."""
    return tuple(
        IndicatorOffer(
            name=spec.name,
            title=spec.title,
            summary=spec.summary or f"{spec.title}: {', '.join(spec.outputs)}.",
            settings=_settings(spec),
            open=_open(spec),
            api_version=1,
            overlay=spec.overlay,
            event_driven=spec.event_driven,
        )
        for spec in catalogue().values()
    )
