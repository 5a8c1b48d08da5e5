"""What the settings of an offer look like: frozen, closed, and with secrets by name only."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MadeSettings", "NoSettings", "SecretRef", "Settings"]

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
