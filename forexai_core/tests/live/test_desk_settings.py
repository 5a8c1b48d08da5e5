"""The order desk's settings in a session file."""

from __future__ import annotations

import pytest
from live.venue_trading import BARS, Openers, a_spec, a_venue

from forexai_core.errors import ConfigError
from forexai_core.live import DeskSettings, ForeignPolicy, RetryPolicy
from forexai_core.live.session.assembly import plans_of
from forexai_core.live.session.opening import _written


def settings_by(**desk):
    (plan,) = plans_of(a_spec(desk=desk), Openers(a_venue()), {"EURUSD": BARS})
    return plan.settings


@pytest.mark.parametrize("policy", ForeignPolicy)
def test_a_file_chooses_the_policy_for_what_is_not_ours(policy):
    assert settings_by(foreign=str(policy)) == DeskSettings(foreign=policy)


def test_a_file_chooses_times_and_retries_and_the_rest_has_its_default():
    chosen = settings_by(stop_deadline_s=3, absence_polls=4, retry={"busy_retries": 5, "busy_delay_s": 1})
    assert chosen == DeskSettings(
        stop_deadline_s=3.0, absence_polls=4, retry=RetryPolicy(busy_retries=5, busy_delay_s=1.0)
    )
    assert settings_by() == DeskSettings()


@pytest.mark.parametrize(
    ("desk", "said"),
    [
        ({"foriegn": "flag"}, "accounts main: desk: there is no 'foriegn'. Did you mean 'foreign'"),
        ({"foreign": "clsoe"}, "accounts main: desk: There is no policy 'clsoe' .*'close'"),
        ({"foreign": 3}, "accounts main: desk: There is no policy '3'"),
        ({"stop_deadline_s": 0}, "accounts main: desk: stop_deadline_s must be above 0 and finite, not 0"),
        ({"stop_deadline_s": "5"}, "accounts main: desk: stop_deadline_s is a number, not '5'"),
        ({"stop_deadline_s": True}, "stop_deadline_s is a number, not True"),
        ({"send_timeout_s": float("nan")}, "desk.send_timeout_s = nan: it is no finite number"),
        ({"absence_polls": 2.5}, "absence_polls is a whole number, not 2.5"),
        ({"absence_polls": 1}, "absence_polls is 2 to 100, not 1"),
        ({"absence_after_s": 59}, "absence_after_s is 60 or more, not 59"),
        ({"retry": 3}, "accounts main: desk.retry is a table, not 3"),
        ({"retry": {"busy": 3}}, "accounts main: desk.retry: there is no 'busy'"),
        ({"retry": {"busy_retries": 11}}, "accounts main: desk.retry: busy_retries is 0 to 10, not 11"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(desk, said):
    with pytest.raises(ConfigError, match=said):
        settings_by(**desk)


def test_the_head_of_a_journal_has_the_table_only_where_the_file_has_it():
    assert "desk" not in _written(a_spec())["accounts"][0]
    assert _written(a_spec(desk={"foreign": "adopt"}))["accounts"][0]["desk"] == {"foreign": "adopt"}
