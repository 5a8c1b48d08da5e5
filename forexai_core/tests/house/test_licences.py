"""What the licence check accepts and refuses."""

from __future__ import annotations

import pytest
from house.licences import Licence, acceptable, read_reviewed, refusals, verdict

ACCEPTED = [
    "MIT",
    "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "Apache-2.0 OR BSD-2-Clause",
    "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
    "MIT OR GPL-3.0-or-later",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "3-Clause BSD License",
]
REFUSED = [
    "GPL-3.0-only",
    "AGPL-3.0-or-later",
    "MIT AND GPL-2.0-only",
    "GNU General Public License v3 (GPLv3)",
    "GNU Affero General Public License v3",
    "SSPL-1.0",
    "Proprietary",
    "LGPL-3.0-only",
]


@pytest.mark.parametrize("statement", ACCEPTED)
def test_permissive_statements_are_accepted(statement: str) -> None:
    assert acceptable(statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_other_statements_are_refused(statement: str) -> None:
    assert not acceptable(statement)


def test_the_expression_speaks_before_the_classifiers_and_these_before_the_text() -> None:
    licence = Licence(distribution="x", expression="MIT", text="GPL", classifiers=("BSD License",))
    assert licence.statement == "MIT"
    assert Licence(distribution="x", text="GPL", classifiers=("BSD License",)).statement == "BSD License"
    assert Licence(distribution="x", text="A whole licence\nin many lines").statement == ""


def test_silence_is_refused_until_a_person_reviewed_it() -> None:
    silent = Licence(distribution="Odd_Name")
    assert "names no licence" in (verdict(silent, {}) or "")
    reviewed = {"odd-name": {"says": "", "licence": "MIT", "why": "LICENSE in the wheel"}}
    assert verdict(silent, reviewed) is None


def test_a_review_ends_when_the_metadata_changes() -> None:
    reviewed = {"x": {"says": "", "licence": "MIT", "why": "LICENSE in the wheel"}}
    assert "review it again" in (verdict(Licence(distribution="x", expression="GPL-3.0-only"), reviewed) or "")


def test_refusals_name_the_distribution() -> None:
    found = [Licence(distribution="good", expression="MIT"), Licence(distribution="bad", expression="AGPL-3.0-only")]
    assert refusals(found, {}) == ["bad: 'AGPL-3.0-only' is not accepted at run time"]


def test_every_reviewed_entry_gives_licence_and_reason() -> None:
    for name, entry in read_reviewed().items():
        assert set(entry) == {"says", "licence", "why"}, name
        assert entry["licence"], name
        assert entry["why"], name
        assert acceptable(entry["licence"]), name
