"""Answers about a real backtest: every number is the result's own."""

from __future__ import annotations

import re

import numpy as np
import pytest

from forexai_core.backtesting.runner import backtest
from forexai_core.data import sample
from forexai_core.ports.advisor import Question
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import SmaCross
from forexai_core.values.accounts import Costs
from forexai_llm.facts import facts_of_result
from forexai_llm.facts.fact_book import fact_text
from forexai_llm.plain.advisor import PlainAdvisor

NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")
QUESTIONS = [
    "How did the strategy do?",
    "Which session and which hour lose money?",
    "costs?",
    "What stands out?",
    "Is buying better than selling?",
    "Which weekday and which pair?",
    "Can I trust it?",
    "How do trades exit?",
    "Longest losing streak and best trade?",
    "Did it change lately?",
    "Bagaimana hasilnya?",
]


@pytest.fixture(scope="module")
def result():
    strategy = SmaCross(fast=20, slow=50, stop_loss_pips=30, take_profit_pips=60)
    return backtest(strategy, sample("EURUSD", "H1"), costs=Costs(commission_per_lot=3.5), trials=MemoryTrials())


@pytest.fixture(scope="module")
def facts(result):
    return facts_of_result(result)


def test_every_metric_is_a_fact_with_its_source(result, facts):
    by_name = {fact.name: fact for fact in facts}
    assert len(by_name) == len(facts)
    for name, value in result.metrics.items():
        assert by_name[name].value == value
    assert {fact.source for fact in facts} == {f"result {result.result_fingerprint[:16]}"}
    assert by_name["trials"].value == 1


def test_facts_agree_with_the_trades(result, facts):
    by_name = {fact.name: fact.value for fact in facts}
    trades = result.trades
    net = trades["net_profit"]
    for group in ("session", "weekday", "hour", "symbol", "side", "exit"):
        parts = [value for name, value in by_name.items() if name.startswith(f"{group}.") and name.endswith(".trades")]
        money = [value for name, value in by_name.items() if re.match(rf"{group}\..*\.net_profit$", name)]
        assert sum(parts) == len(trades)
        assert sum(money) == pytest.approx(net.sum())
    assert by_name["costs_paid"] == pytest.approx(-(trades["commission"] + trades["swap"]).sum())
    assert by_name["costs_share"] == pytest.approx(by_name["costs_paid"] / trades["profit"][trades["profit"] > 0].sum())
    assert by_name["earlier_net_profit"] + by_name["later_net_profit"] == pytest.approx(net.sum())
    assert by_name["best_few_share"] == pytest.approx(sorted(net)[-5:] / net.sum() @ np.ones(5))
    sessions = {name.split(".")[1]: value for name, value in by_name.items() if re.match(r"session\..*profit", name)}
    assert by_name["worst_session"] == min(sessions, key=sessions.get)
    assert by_name["best_session"] == max(sessions, key=sessions.get)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", ["en", "id"])
async def test_every_number_is_written_as_one_of_the_facts_that_come_with_the_answer(facts, question, language):
    advice = await PlainAdvisor().ask(Question(text=question, facts=facts, language=language))
    assert advice.facts
    assert set(advice.facts) <= set(facts)
    # a group's label is part of the name of its facts
    written = " ".join(f"{fact_text(fact)} {fact.name.replace('.', ' ')}" for fact in advice.facts)
    for number in NUMBER.findall(advice.text):
        assert number in NUMBER.findall(written), number


async def test_it_answers_each_question_differently(facts):
    answers = {(await PlainAdvisor().ask(Question(text=text, facts=facts))).text for text in QUESTIONS}
    assert len(answers) >= len(QUESTIONS) - 1


async def test_a_result_without_trades_can_be_spoken_of(result):
    empty = backtest(SmaCross(fast=20, slow=50), sample("EURUSD", "H1")[:30], trials=MemoryTrials())
    advice = await PlainAdvisor().explain(facts_of_result(empty))
    assert "Net profit 0.00 USD over 0 trades." in advice.text
    assert "0 trades are few to judge by." in advice.text
