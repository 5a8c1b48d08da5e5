"""Instruments on their way: every field arrives, and what is none is refused."""

from __future__ import annotations

import json

import pytest

import forexai_core as fx
from forexai_core.values.catalogue import find_instrument
from forexai_mt5.connector.rows import instrument_row
from forexai_mt5.protocol.codec import ProtocolError, encode, from_connector
from forexai_mt5.protocol.contracts import contract_of, instrument_of_contract
from forexai_mt5.protocol.reports import Answer
from forexai_mt5.simulator.market.reference import reference_symbols


@pytest.mark.parametrize("symbol", reference_symbols(), ids=lambda symbol: symbol.name)
def test_every_field_of_a_contract_arrives(symbol):
    answer = Answer(query_id="q-1", part=0, last=True, instruments=(instrument_row(symbol.instrument),))
    told = from_connector(encode(answer.model_copy(update={"seq": 1})))
    (row,) = told.instruments
    assert instrument_of_contract(row.contract) == symbol.instrument


def test_rates_holidays_and_days_of_swap_arrive_too():
    odd = find_instrument("EURUSD").with_values(
        margin_rates={"buy": (1.0, 0.5), "sell_limit": (0.25, 0.0)},
        holidays=["2026-12-25"],
        swap_days=(1, 1, 3, 1, 1, 0, 0),
        sessions=[],
    )
    assert instrument_of_contract(json.loads(json.dumps(contract_of(odd)))) == odd


@pytest.mark.parametrize(
    "change",
    [
        {"digits": "5"},
        {"tick_size": -1.0},
        {"sessions": [{"weekday": 9}]},
        {"margin_rates": {"buy": 3}},
        {"symbol": ""},
    ],
)
def test_what_is_no_contract_is_refused(change):
    with pytest.raises(ProtocolError, match="contract"):
        instrument_of_contract(contract_of(find_instrument("EURUSD")) | change)


def test_a_field_of_a_later_version_changes_nothing():
    eurusd = find_instrument("EURUSD")
    assert instrument_of_contract(contract_of(eurusd) | {"colour": "blue"}) == eurusd
    assert isinstance(eurusd, fx.Instrument)
