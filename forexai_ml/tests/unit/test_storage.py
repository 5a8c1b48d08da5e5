"""Models as documents: whole, or refused."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.errors import ConfigError, IntegrityError
from forexai_ml import BoostedTreesLearner, DirectionModel
from forexai_ml.models.documents import read_document, write_document


def test_a_model_survives_its_file(trained, market, model_file):
    again = DirectionModel.open(model_file)
    assert again.fingerprint == trained.fingerprint
    assert again.dump() == trained.dump()
    assert (again.scores, again.features, again.settings) == (trained.scores, trained.features, trained.settings)
    assert np.array_equal(again.probability_up(market), trained.probability_up(market), equal_nan=True)


def test_every_changed_byte_that_changes_the_meaning_is_refused(trained):
    data = trained.dump()
    chance = np.random.default_rng(1)
    refused = 0
    for position in chance.integers(0, len(data) - 1, 60).tolist():
        spoiled = bytearray(data)
        spoiled[position] ^= 1 << int(chance.integers(0, 7))
        with pytest.raises(IntegrityError):
            DirectionModel.load(bytes(spoiled))
        refused += 1
    assert refused == 60


@pytest.mark.parametrize("cut", [0, 1, 100, -2])
def test_a_part_of_a_model_is_refused(trained, cut):
    with pytest.raises(IntegrityError):
        DirectionModel.load(trained.dump()[:cut])


def test_another_horizon_under_the_old_checksum_is_refused(trained):
    data = trained.dump().replace(b'"horizon":6', b'"horizon":7')
    assert data != trained.dump()
    with pytest.raises(IntegrityError, match="changed"):
        DirectionModel.load(data)


def _resigned(trained, **changed):
    body = json.loads(trained.dump())["body"] | changed
    return write_document("forexai-direction", 1, body)


@pytest.mark.parametrize(
    "changed",
    [
        {"trees": {"features": ["a"], "classes": [-1, 1], "trees": "no trees"}},
        {"trees": {"features": ["a"], "classes": [1], "trees": ""}},
        {"trees": 7},
        {"scores": {}},
        {"features": {"features": [], "clock": "UTC"}},
        {"features": {"features": [{"name": "hour", "reading": "hour"}], "clock": "UTC"}},
        {"timeframe": "H9"},
        {"surprise": 1},
    ],
)
def test_a_document_that_holds_something_else_is_refused_though_its_checksum_fits(trained, changed):
    with pytest.raises(IntegrityError):
        DirectionModel.load(_resigned(trained, **changed))


def test_trees_of_other_columns_are_refused(trained):
    plain = trained.trees.to_json()
    plain["features"] = plain["features"][:-1]
    with pytest.raises(IntegrityError, match="columns"):
        BoostedTreesLearner().load(write_document("forexai-lightgbm", 1, plain))


def test_a_kind_or_version_of_its_own_is_refused(trained):
    for kind, version in (("forexai-lightgbm", 1), ("forexai-direction", 2)):
        with pytest.raises(IntegrityError, match="Train the model again"):
            DirectionModel.load(write_document(kind, version, {}))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        DirectionModel.open(tmp_path / "none.json")
    (tmp_path / "text.json").write_text("{}")
    with pytest.raises(IntegrityError, match=r"text\.json"):
        DirectionModel.open(tmp_path / "text.json")


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else_happens(data):
    with pytest.raises(IntegrityError):
        read_document(data, kind="forexai-direction", version=1)


def test_the_checksum_covers_kind_version_and_body():
    data = json.loads(write_document("x", 1, {"b": 1, "a": [1.5]}))
    assert data["sha256"] == hashlib.sha256(b'x|1|{"a":[1.5],"b":1}').hexdigest()
    with pytest.raises(ValueError, match="JSON"):
        write_document("x", 1, {"a": float("nan")})
