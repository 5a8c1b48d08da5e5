"""Parameters: declared by annotation, checked once, frozen, and never shared."""

from __future__ import annotations

import pickle
from typing import Literal

import jsonschema
import numpy as np
import pytest

from forexai_core.errors import ConfigError
from forexai_core.strategies import Param, SmaCross, Strategy


class Sample(Strategy):
    """Trades by feel.

    More is said below.
    """

    lookback: int = Param(20, ge=2, le=500, description="Bars.")
    share: float | None = Param(None, gt=0, lt=1)
    mode: Literal["calm", "wild"] = "calm"
    seen = []  # noqa: RUF012 - free state, on purpose on the class


class Narrow(Sample):
    lookback: int = Param(5, ge=5, le=6)
    extra: float


def test_parameters_are_given_by_keyword_and_have_defaults():
    strategy = Sample(lookback=7)
    assert strategy.lookback == 7
    assert dict(strategy.parameters) == {"lookback": 7, "share": None, "mode": "calm"}
    assert repr(strategy) == "Sample(lookback=7, share=None, mode='calm')"


def test_the_name_is_spoken_and_the_description_is_the_docstring_s_head():
    assert (Sample.name, Sample.title, Sample.description) == ("sample", "Sample", "Trades by feel.")
    assert SmaCross.name == "sma-cross"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lookback": 1}, "lookback must be at least 2, not 1"),
        ({"lookback": 501}, "lookback must be at most 500, not 501"),
        ({"share": 0.0}, "share must be above 0.0, not 0.0"),
        ({"share": 1.0}, "share must be below 1.0, not 1.0"),
        ({"share": float("nan")}, "share"),
        ({"lookback": 2.5}, "lookback is 2.5"),
        ({"lookback": True}, "lookback must be a number or a name, not True"),
        ({"mode": "wld"}, "mode is 'wld'"),
        ({"lookbak": 3}, "Did you mean 'lookback'?"),
    ],
)
def test_a_wrong_parameter_is_named_with_its_value_and_limit(given, said):
    with pytest.raises(ConfigError, match=r"Sample: ") as caught:
        Sample(**given)
    assert said in str(caught.value)


def test_every_wrong_parameter_is_named_at_once():
    with pytest.raises(ConfigError) as caught:
        Sample(lookback=1, share=3.0)
    assert "lookback" in str(caught.value)
    assert "share" in str(caught.value)


def test_a_parameter_without_default_must_be_given():
    with pytest.raises(ConfigError, match="'extra' must be given"):
        Narrow()
    assert dict(Narrow(extra=1).parameters) == {"lookback": 5, "extra": 1.0, "share": None, "mode": "calm"}


def test_numpy_numbers_are_taken_as_plain_ones():
    value = Sample(lookback=np.int64(9)).lookback
    assert value == 9
    assert type(value) is int


def test_parameters_are_frozen_and_other_attributes_are_free():
    strategy = Sample()
    with pytest.raises(ConfigError, match="'lookback' is a parameter"):
        strategy.lookback = 3
    strategy.count = 1
    strategy.count += 1
    assert strategy.count == 2


def test_two_instances_share_no_state_even_when_it_stands_on_the_class():
    one, other = Sample(), Sample()
    one.seen.append(1)
    assert other.seen == []
    copied = one.copy()
    copied.seen.append(2)
    assert one.seen == [1]
    assert copied.parameters == one.parameters


def test_a_strategy_travels_to_another_process():
    assert pickle.loads(pickle.dumps(SmaCross(fast=3))).parameters == SmaCross(fast=3).parameters


def test_the_schema_describes_the_parameters():
    schema = Sample.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["lookback"] == {
        "default": 20,
        "description": "Bars.",
        "maximum": 500,
        "minimum": 2,
        "title": "Lookback",
        "type": "integer",
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"lookback": 1}, schema)


def test_a_field_without_annotation_is_no_parameter_by_accident():
    with pytest.raises(ConfigError, match="'lookback' needs an annotation"):

        class Forgot(Strategy):
            lookback = Param(20)


@pytest.mark.parametrize("name", ["copy", "parameters", "on_bar", "json", "schema"])
def test_names_that_are_taken_are_refused(name):
    with pytest.raises(ConfigError, match=f"cannot be called '{name}'"):
        type("Bad", (Strategy,), {"__annotations__": {name: int}})
