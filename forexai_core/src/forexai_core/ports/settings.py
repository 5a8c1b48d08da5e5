"""What the settings of an offer look like: frozen, closed, and with secrets by name only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MadeSettings", "NoSettings", "SecretRef", "Settings", "flags_taken_for_numbers"]

SecretRef = Annotated[
    str,
    Field(
        pattern=r"^secret:[A-Za-z0-9_.-]{1,128}$",
        description="The name of a secret, as secret:NAME; the secret itself is kept apart.",
        json_schema_extra={"format": "secret-reference"},
    ),
]
"""A setting that names a secret instead of holding it; ``services.secrets`` knows the value."""


class Settings(BaseModel):
    """Settings of an offer: frozen, without unknown keys; the web page draws its form from the JSON Schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


# For the models derived from it, which inherit it. To read the docstrings of a class pydantic parses its source, which
# takes longer than all else about a model, and this one has no fields.
Settings.model_config["use_attribute_docstrings"] = True


class MadeSettings(Settings):
    """The base for ``pydantic.create_model``: such a model has no source from which descriptions could be read."""

    model_config = ConfigDict(use_attribute_docstrings=False)


class NoSettings(Settings):
    """For an offer that has nothing to set."""

    model_config = ConfigDict(use_attribute_docstrings=False)


def flags_taken_for_numbers(
    given: Any, made: Any, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Find where ``true`` or ``false`` was given and a number has come of it: a limit of ``true`` would be 100 %.

    Parameters
    ----------
    given : mapping, sequence or value
        What a file says.
    made : pydantic.BaseModel, mapping, sequence or value
        What has been made of it.
    place : tuple of str or int
        Where both stand.

    Yields
    ------
    tuple of str or int
        Each such place: names of fields, and numbers of list items.
    """
    if isinstance(given, bool):
        if isinstance(made, int | float) and not isinstance(made, bool):
            yield place
    elif isinstance(given, Mapping):
        for name, each in given.items():
            known = made.get(name) if isinstance(made, Mapping) else getattr(made, str(name), None)
            yield from flags_taken_for_numbers(each, known, (*place, str(name)))
    elif isinstance(given, list | tuple) and isinstance(made, list | tuple):
        for number, (each, known) in enumerate(zip(given, made, strict=False)):
            yield from flags_taken_for_numbers(each, known, (*place, number))
