"""Words of messages: every code in every language, with the same places, filled in once."""

from __future__ import annotations

import pytest

from forexai_core.errors import ConfigError
from forexai_saas.notifications.messages import LANGUAGES, messages, read_messages

SHIPPED = messages()
CODES = {
    "mail.verify", "mail.already-registered", "mail.reset", "mail.password-changed", "mail.invitation",
    "trade.filled", "trade.closed", "order.refused", "order.unknown", "risk.halted", "risk.limit-near", "signal.new",
    "connection.lost", "connection.back", "plan.grace", "plan.lapsed", "plan.suspended", "account.armed", "key.made",
    "report.daily", "report.weekly",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_message_says_its_values_in_each_language_and_not_the_same(code):
    values = {place: f"<{place}>" for place in SHIPPED.places(code)}
    said = [SHIPPED.say(code, language, values) for language in LANGUAGES]
    for words in said:
        for value in values.values():
            assert value in words.title + words.text
        assert "{" not in words.title + words.text
    assert said[0].text != said[1].text


def test_nothing_ships_unnamed_and_other_languages_read_english():
    assert set(SHIPPED.codes) == CODES
    assert LANGUAGES == ("en", "id")
    english = SHIPPED.say("connection.back", "en", {"account": "main"})
    for language in ("fr", "", "EN", "en-GB"):
        assert SHIPPED.say("connection.back", language, {"account": "main"}) == english
    assert SHIPPED.say("connection.back", "id-ID", {"account": "main"}) != english


def test_values_are_put_in_as_they_are():
    sly = {"account": "{reason} {0.__class__}\nBcc: x@y.z", "reason": "{account}"}
    said = SHIPPED.say("risk.halted", "en", sly)
    assert said.title == "Trading on {reason} {0.__class__} Bcc: x@y.z is stopped"
    assert "stopped: {account} Open positions" in said.text


def test_a_message_that_is_none_and_a_value_that_is_missing_are_named():
    with pytest.raises(ConfigError, match=r"risk\.halted"):
        SHIPPED.say("risk.halt", "en", {})
    with pytest.raises(ConfigError, match="lacks reason"):
        SHIPPED.say("risk.halted", "en", {"account": "main"})


GOOD = '["a.b"]\ntitle = "T {x}"\ntext = "x"\n'


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("", "lack or add"),
        (GOOD + GOOD.replace("a.b", "c.d"), "lack or add"),
        (GOOD.replace("{x}", "{y}"), "places"),
        (GOOD.replace("text", "words"), "not sound"),
        ("[", "not sound"),
        (GOOD.replace('"T {x}"', '""'), "not sound"),
    ],
)
def test_languages_that_differ_are_refused(other, told):
    assert read_messages({"en": GOOD, "id": GOOD}).codes == ("a.b",)
    with pytest.raises(ConfigError, match=told):
        read_messages({"en": GOOD, "id": other})
