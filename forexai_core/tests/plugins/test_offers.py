"""Offers: what cannot be offered is said where it is written."""

from __future__ import annotations

import attrs
import pytest
from pydantic import ValidationError

from forexai_core.errors import PluginContractError
from forexai_core.ports.risk import RiskOffer
from forexai_core.ports.settings import NoSettings, SecretRef, Settings


def make(**changes):
    values = {
        "name": "my-rule",
        "title": "My rule",
        "settings": NoSettings,
        "open": lambda _settings, _services: None,
        "api_version": 1,
    }
    return RiskOffer(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "My Rule"}, "small letters"),
        ({"name": "-rule"}, "small letters"),
        ({"name": ""}, "small letters"),
        ({"settings": dict}, "pydantic model"),
        ({"settings": NoSettings()}, "pydantic model"),
        ({"open": None}, "function of"),
    ],
)
def test_a_wrong_offer_is_refused_when_it_is_made(changes, words):
    with pytest.raises(PluginContractError, match=words):
        make(**changes)


def test_an_offer_states_the_version_it_was_written_for():
    with pytest.raises(TypeError, match="api_version"):
        RiskOffer(name="a", title="a", settings=NoSettings, open=lambda _settings, _services: None)


def test_an_offer_does_not_change():
    offer = make(example={"a": 1})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        offer.name = "other"
    with pytest.raises(TypeError):
        offer.example["a"] = 2


def test_settings_are_frozen_closed_and_name_secrets():
    class Login(Settings):
        token: SecretRef = "secret:TOKEN"

    login = Login()
    with pytest.raises(ValidationError, match="frozen"):
        login.token = "secret:OTHER"
    with pytest.raises(ValidationError, match="Extra inputs"):
        Login(tokne="secret:A")
    with pytest.raises(ValidationError, match="pattern"):
        Login(token="hunter2")
    assert Login.model_json_schema()["properties"]["token"]["format"] == "secret-reference"
