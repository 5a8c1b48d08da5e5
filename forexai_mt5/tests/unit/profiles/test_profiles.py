"""Profiles: each fact marked, read from files that say what is wrong with them, and brokers found by them."""

from __future__ import annotations

import json

import pytest
from simulated_terminal import Bench

from forexai_core.cli import main
from forexai_core.errors import BrokerUnreachableError, ConfigError, DataFormatError
from forexai_core.values.clocks import Clock
from forexai_mt5.profiles.catalogue import profile_of_text, profiles, the_profile
from forexai_mt5.profiles.identification import Sighting, identify, usual_ending
from forexai_mt5.profiles.live import sight

PAIRS = ("EURUSD", "GBPUSD", "USDJPY")

# Server, its broker, and what kind of account its name says: each name of the facts.
SERVERS = (
    ("Exness-MT5Real8", "exness", "real"),
    *((f"Exness-MT5Trial{number}", "exness", "demo") for number in (6, 7, 9, 14, 15)),
    ("XMGlobal-MT5", "xm", ""),
    *((f"XMGlobal-MT5 {number}", "xm", "") for number in range(2, 8)),
    ("FBS-Real", "fbs", "real"),
    ("FBS-Real-4", "fbs", "real"),
    ("FBS-Demo", "fbs", "demo"),
    ("OctaFX-Real", "octa", "real"),
    ("OctaFX-Real2", "octa", "real"),
    ("OctaFX-Demo", "octa", "demo"),
    ("ICMarketsSC-MT5", "ic-markets", ""),
    ("ICMarketsSC-MT5-2", "ic-markets", ""),
    ("ICMarketsSC-MT5-6", "ic-markets", ""),
    ("ICMarketsSC-Demo", "ic-markets", "demo"),
    ("HFMarketsGlobal-Live1", "hfm", "real"),
    ("HFMarketsGlobal-Live20", "hfm", "real"),
    ("HFMarketsGlobal-Demo", "hfm", "demo"),
    ("HFMarketsSV-Live", "hfm", "real"),
    ("Tickmill-Demo", "tickmill", "demo"),
    ("ForexTimeFXTM-Demo02", "fxtm", "demo"),
    ("ForexTimeFXTM-Live01", "fxtm", "real"),
)


def test_eight_brokers_ship_and_every_fact_is_marked():
    assert set(profiles()) == {"exness", "xm", "fbs", "octa", "ic-markets", "hfm", "tickmill", "fxtm"}
    for profile in profiles().values():
        facts = [profile.clock, *profile.servers, *profile.companies, *profile.suffixes, *profile.levels]
        assert all(isinstance(fact.sure, bool) for fact in facts)
        Clock.of(profile.clock.rule)


def test_what_is_sure_of_the_clocks_and_fillings():
    sure = {name: profile.clock.rule for name, profile in profiles().items() if profile.clock.sure}
    assert sure == {"exness": "UTC", "ic-markets": "new-york+7"}
    fillings = {name: (p.filling.modes, p.filling.sure) for name, p in profiles().items() if p.filling}
    assert fillings == {"tickmill": (("ioc",), True), "ic-markets": (("ioc",), False)}


@pytest.mark.parametrize(("server", "broker", "kind"), SERVERS)
def test_a_server_names_its_broker(server, broker, kind):
    found = identify(Sighting(server=server))
    assert found.profile is not None
    assert (found.profile.name, found.sure, found.kind) == (broker, True, kind)
    assert server in found.reasons[0]


@pytest.mark.parametrize(
    "server",
    ["", "MetaQuotes-Demo", "NotExness-MT5Real8", "Exness-MT4Real8", "XMGlobal-MT55", "FBSInvest-Real", "Tickmill"],
)
def test_a_server_that_only_resembles_one_names_nobody(server):
    found = identify(Sighting(server=server, symbols=[f"{pair}m" for pair in PAIRS]))
    assert found.profile is None
    assert found.reasons


def test_a_hearsay_server_is_not_sure():
    found = identify(Sighting(server="Tickmill-Live"))
    assert found.profile is not None
    assert (found.profile.name, found.sure) == ("tickmill", False)


def test_a_company_alone_gives_a_broker_that_is_not_sure():
    found = identify(Sighting(server="Private-Server", company="Exness Technologies Ltd"))
    assert found.profile is not None
    assert (found.profile.name, found.sure) == ("exness", False)


def test_a_server_outweighs_a_company_and_the_contradiction_is_told():
    found = identify(Sighting(server="Exness-MT5Real8", company="Tickmill Ltd"))
    assert found.profile is not None
    assert (found.profile.name, found.sure) == ("exness", False)
    assert "Tickmill" in found.against[0]


def test_two_companies_in_one_name_are_nobody():
    found = identify(Sighting(company="Tickmill and Exness"))
    assert found.profile is None
    assert "equally well" in found.reasons[0]


def test_words_within_words_are_no_company():
    assert identify(Sighting(company="Octave Securities")).profile is None


def test_an_ending_that_a_broker_is_not_known_for_is_told_and_kept():
    found = identify(Sighting(server="Exness-MT5Real8", symbols=[f"{pair}.raw" for pair in PAIRS]))
    assert found.ending == ".raw"
    assert ".raw" in found.against[0]


def test_gold_by_its_other_name_speaks_for_xm_only_where_the_usual_one_is_missing():
    both = identify(Sighting(server="XMGlobal-MT5", symbols=["GOLD", "XAUUSD"]))
    alone = identify(Sighting(server="XMGlobal-MT5", symbols=["GOLD"]))
    assert "GOLD" in " ".join(alone.reasons)
    assert "GOLD" not in " ".join(both.reasons)


@pytest.mark.parametrize(
    ("symbols", "ending"),
    [
        ([f"{pair}m" for pair in PAIRS], "m"),
        (PAIRS, ""),
        ([*(f"{pair}m" for pair in PAIRS), *PAIRS], None),
        (["EURUSDm"], None),
        ([], None),
        (["#AAPL", "US500"], None),
    ],
)
def test_endings_need_three_symbols_that_agree(symbols, ending):
    assert usual_ending(symbols) == ending


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("sure = true", ""), "Field required"),
        (('rule = "UTC"', 'rule = "Mars"'), "no clock 'Mars'"),
        (('"Exness-MT5Real8"', '"Other-8"'), "does not match Other-8"),
        (('name = "exness"', 'name = "exness"\nlogo = "x"'), "Extra inputs"),
        (('name = "exness"', "name = "), "no TOML"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_file_and_place(change, said):
    text = PROFILE.replace(*change, 1)
    assert text != PROFILE
    with pytest.raises(DataFormatError, match=said) as caught:
        profile_of_text(text, file="own.toml")
    assert "own.toml" in str(caught.value)


def test_a_profile_that_is_not_there_is_told_with_its_neighbours():
    with pytest.raises(ConfigError, match="Did you mean 'exness'"):
        the_profile("exnes")


async def test_a_live_account_is_looked_at():
    package = _Direct(Bench().mt5)
    seen = await sight(package)
    assert seen.server == package.client.account_info().server
    assert "EURUSD" in seen.symbols


async def test_a_terminal_without_an_account_says_so():
    bench = Bench()
    bench.mt5.shutdown()
    with pytest.raises(BrokerUnreachableError, match="no account"):
        await sight(_Direct(bench.mt5))


def test_the_commands_tell_people_and_machines(capsys):
    assert main(["connector", "identify", "--server", "Exness-MT5Real8", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["profile"], told["sure"], told["kind"]) == ("exness", True, "real")
    assert main(["connector", "identify", "--server", "Nobody"]) == 1
    assert main(["connector", "identify"]) == 2
    capsys.readouterr()
    assert main(["connector", "profiles", "tickmill"]) == 0
    assert "10030" in capsys.readouterr().out
    assert main(["connector", "profiles", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["profiles"]) == 8


PROFILE = """
name = "exness"
title = "Exness"
[[servers]]
pattern = "Exness-MT5Real*"
seen = ["Exness-MT5Real8"]
sure = true
[clock]
rule = "UTC"
sure = true
"""


class _Direct:
    """The simulator's package in this process."""

    def __init__(self, client):
        self.client = client

    async def call(self, name, /, *args, **kwargs):
        return _Answer(getattr(self.client, name)(*args, **kwargs), self.client.last_error())


class _Answer:
    def __init__(self, value, error):
        self.value, self.error = value, error
