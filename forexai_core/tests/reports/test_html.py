"""The page: complete, bounded, honest, and deaf to what hostile names try."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from sample_results import bars_of, empty_result, renamed, sample_result

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.backtesting import Candles, Interval, Result
from forexai_core.errors import ConfigError
from forexai_core.metrics import METRICS, compute
from forexai_core.reports import HtmlReport, write_report
from forexai_core.reports.series import histogram
from forexai_core.reports.texts import ENGLISH, LANGUAGES, texts_of

VOID = {"meta", "link", "rect", "circle", "path", "br", "i"}


class Page(HTMLParser):
    """Gathers what a browser would see, and checks that elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in {"meta", "link"}:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attributes), ""))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif self._open and self._open[-1] == "style":
            self.styles.append(data)
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def data(self) -> Any:
        (payload,) = [body for attributes, body in self.scripts if attributes.get("type") == "application/json"]
        return json.loads(payload)


@pytest.fixture(scope="module")
def result() -> Result:
    return sample_result(3_000)


@pytest.fixture(scope="module")
def page(result: Result) -> Page:
    return Page(HtmlReport().render(result))


def test_headlines_are_the_metrics(result: Result, page: Page) -> None:
    metrics = result.metrics
    for text in (
        f"{metrics['net_profit']:+,.2f} USD",
        f"{100 * metrics['win_rate']:.2f} %",
        f"{metrics['profit_factor']:.2f}",
        f"{metrics['max_drawdown']:,.2f} USD",
        f"{metrics['max_drawdown_pct']:.2f} % of the peak",
        f"{metrics['sharpe']:.2f}",
        "trials of this idea: 37",
        f"{100 * metrics['cagr']:+.2f} %",
        f"{100 * metrics['exposure']:.2f} %",
    ):
        assert text in page.text, text


def test_it_tells_all_that_a_result_rests_on(result: Result, page: Page) -> None:
    for line in (*result.assumptions, *result.assumptions.values()):
        assert line in page.text, line
    for text in (
        result.input_fingerprint, result.result_fingerprint, result.trials_count.head.sha256,
        result.data[0].fingerprint, "random walk", "catalogue default", "no promise", "forexai-core 0.1.0",
    ):  # fmt: skip
        assert text in page.text, text
    for definition in METRICS.values():
        assert definition.title in page.text
        assert definition.meaning in page.text


def test_it_loads_nothing(result: Result, page: Page) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "srcset", "data", "poster"):
            target = attributes.get(name) or ""
            assert target.startswith(("#", "data:,")) or not target, (tag, name, target)
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    own = "".join(body for attributes, body in page.scripts if not attributes) + "".join(page.styles)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|XMLHttp|WebSocket|innerHTML|eval\(|localStorage", own)


def test_its_policy_allows_exactly_its_own_script_and_style(page: Page) -> None:
    (policy,) = [
        attributes["content"] or "" for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert policy.startswith("default-src 'none'; ")
    (script,) = [body for attributes, body in page.scripts if not attributes]
    (style,) = page.styles
    for name, body in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "</style></title><b>",
    "{worst}{0.__class__}",
    "\u202eabc\ud800",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_text(result: Result, text: str) -> None:
    plain, odd = HtmlReport().render(result), HtmlReport().render(renamed(result, text))
    page = Page(odd.encode("utf-8", "replace").decode())
    before = Page(plain)
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in before.elements}
    assert len(page.scripts) == 2
    names = {name for _, attributes in before.elements for name in attributes}
    assert {name for _, attributes in page.elements for name in attributes} <= names
    shown = text.replace("\ud800", "?")
    assert shown in "".join(page.words)
    assert page.data["candles"][0]["symbol"] == text
    assert page.scripts[1][1] == before.scripts[1][1]


def test_an_empty_result_is_a_page_too() -> None:
    page = Page(HtmlReport().render(empty_result()))
    assert "did not trade" in page.text
    assert "prices are not part of this result" in page.text
    assert "trials were not recorded" in page.text
    assert "no certified bounds" in page.text
    assert page.data["equity"] is None
    assert page.data["histogram"] is None


class Foreign:
    """The least that the port allows."""

    def __init__(self, result: Result) -> None:
        self.trades, self.equity = result.trades, result.equity
        self.metrics = {"net_profit": 1.5, "own": 2.25, "odd": float("nan")}
        self.assumptions = {"Spread": "two points & <more>"}
        self.input_fingerprint, self.result_fingerprint = "aa" * 32, "bb" * 32


def test_a_foreign_result_is_reported_as_far_as_it_tells(result: Result) -> None:
    page = Page(HtmlReport().render(Foreign(result)))
    for text in ("two points & <more>", "aa" * 32, "bb" * 32, "+1.50", "2.25", "n/a"):
        assert text in page.text
    empty = Foreign(empty_result())
    assert "did not trade" in Page(HtmlReport().render(empty)).text


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (
            Interval(worst=-1.0, expected=None, best=9.0, ambiguous_trades=2, certified=True),
            "lies between -1.00 USD and 9.00 USD",
        ),
        (Interval(worst=5.0, expected=5.0, best=5.0, ambiguous_trades=0, certified=True), "certified exact"),
        (
            Interval(worst=1.0, expected=2.0, best=3.0, ambiguous_trades=1, certified=False, reason="the cap was met"),
            "Not certified: about 1.00 USD to 3.00 USD. Why not: the cap was met",
        ),
        (
            Interval(worst=None, expected=None, best=None, ambiguous_trades=1, certified=False, reason="it was off"),
            "No bounds are known: it was off.",
        ),
    ],
)  # fmt: skip
def test_the_interval_in_words(result: Result, interval: Interval, text: str) -> None:
    assert text in Page(HtmlReport().render(attrs.evolve(result, interval=interval))).text


def test_every_language_has_every_text() -> None:
    for code, texts in LANGUAGES.items():
        assert set(texts) == set(ENGLISH), code
        for key, text in texts.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", ENGLISH[key])), key
    with pytest.raises(ConfigError, match="Reports do not speak 'xx'"):
        texts_of("xx")


def test_the_script_finds_every_text_it_asks_for(page: Page) -> None:
    (script,) = [body for attributes, body in page.scripts if not attributes]
    asked = set(re.findall(r'say\("([a-z_.]+)"', script))
    assert len(asked) > 20
    assert asked <= set(page.data["texts"])


def test_every_place_the_script_fills_exists(page: Page) -> None:
    (script,) = [body for attributes, body in page.scripts if not attributes]
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    wanted = set(re.findall(r'getElementById\("([a-z-]+)"\)', script))
    wanted |= {f"chart-{name}" for name in re.findall(r'host\("([a-z]+)"\)', script)}
    assert wanted <= ids


def test_many_trades_and_bars_stay_below_ten_megabytes(tmp_path: Path) -> None:
    bars = bars_of(1_000_000, step_ns=60_000_000_000)
    random = np.random.default_rng(5)
    trades = np.zeros(25_000, TRADE)
    trades["ticket"] = np.arange(1, 25_001)
    trades["symbol"], trades["side"], trades["volume_lots"] = "EURUSD", random.choice([-1, 1], 25_000), 0.37
    opened = np.sort(random.integers(0, 999_000, 25_000))
    trades["open_time_ns"], trades["close_time_ns"] = bars.time_ns[opened], bars.time_ns[opened + 40]
    trades["open_price"], trades["close_price"] = bars.close[opened], bars.close[opened + 40]
    trades["net_profit"] = np.round(random.normal(0, 100, 25_000), 2)
    trades["mae"], trades["mfe"] = -np.round(random.random(25_000) * 300, 2), np.round(random.random(25_000) * 300, 2)
    trades["open_reason"], trades["close_reason"] = "signal", "signal"
    equity = np.zeros(1_000_000, EQUITY)
    equity["time_ns"] = bars.end_ns
    equity["equity"] = equity["balance"] = np.round(1e6 + np.cumsum(random.normal(0, 50, 1_000_000)), 2)
    result = sample_result(
        60,
        trades=trades,
        equity=equity,
        metrics=compute(trades, equity, initial_balance=1e6),
        candles=lambda at_most: {"EURUSD": Candles.of(bars, at_most=at_most)},
    )
    path = write_report(result, tmp_path / "r.html")
    assert path.stat().st_size < 5_000_000
    page = Page(path.read_text())
    assert "The first 20,000 of 25,000 trades" in page.text
    assert "stands for" in page.text
    assert page.data["trades"]["count"] == 20_000
    assert page.data["candles"][0]["rows"] == 17


def test_the_histogram_counts_every_trade() -> None:
    net = np.array([-5.0, -0.01, 0.0, 0.01, 5.0, 5.0])
    found = histogram(net)
    assert found is not None
    edges = found["width"] * (found["first"] + np.arange(len(found["counts"])))
    assert sum(found["counts"]) == 6
    assert 0.0 in edges.tolist()
    below = sum(count for edge, count in zip(edges, found["counts"], strict=True) if edge < 0)
    assert below == 2
    assert histogram(net[:0]) is None
    assert sum(histogram(np.zeros(3))["counts"]) == 3


def test_one_wild_trade_does_not_flatten_the_histogram() -> None:
    net = np.append(np.random.default_rng(1).normal(0, 10, 1_000), 1e9)
    found = histogram(net)
    assert found is not None
    assert found["width"] < 10
    assert sum(found["counts"]) == 1_001
