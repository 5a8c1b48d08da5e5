"""Commands that look: which terminals there are, what is known of brokers, and which broker an account has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated

import attrs
import typer

from forexai_core.cli.options import AsJson
from forexai_core.cli.printing import note, print_json, say, show_pairs, show_table
from forexai_core.errors import BrokerUnreachableError, ConfigError
from forexai_mt5.profiles.catalogue import profiles, the_profile
from forexai_mt5.profiles.identification import Identification, Sighting, identify
from forexai_mt5.profiles.live import sight
from forexai_mt5.profiles.machines import here
from forexai_mt5.profiles.model import BrokerProfile
from forexai_mt5.worker.settings import Launch
from forexai_mt5.worker.worker import Worker

__all__ = ["identify_command", "profiles_command", "terminals_command"]

Name = Annotated[str | None, typer.Argument(help="Of a broker, such as exness; none lists all.")]
Server = Annotated[str, typer.Option(help="The account's server, as the terminal shows it.")]
Company = Annotated[str, typer.Option(help="The account's company.")]
Symbols = Annotated[list[str] | None, typer.Option("--symbol", "-s", help="A symbol's name there; repeat it.")]
Live = Annotated[bool, typer.Option("--live", help="Ask the terminal that runs here (Windows).")]
Path = Annotated[str | None, typer.Option("--path", help="Of its terminal64.exe, where there are several.")]


def terminals_command(as_json: AsJson = False) -> None:
    """List the MetaTrader 5 terminals that are installed here.

    On Windows they are found in the registry, in the usual folders and by their data folders; elsewhere in Wine
    prefixes (WINEPREFIX, ~/.wine, ~/.mt5).
    """
    found = here()
    if as_json:
        print_json({"terminals": [attrs.asdict(each) | {"wine_prefix": prefix} for prefix, each in found]})
        return
    if not found:
        note("No MetaTrader 5 terminal was found. Install your broker's, or name its path where you use it.")
    for prefix, each in found:
        broker = identify(Sighting(server=each.last_server)).profile
        show_pairs(
            [
                ("name", each.name),
                ("path", each.path),
                *([("wine prefix", prefix)] if prefix else []),
                ("data", each.data_path or "not found"),
                ("started portable", "yes" if each.portable else "no"),
                ("last account", f"{each.last_login or '?'} at {each.last_server or '?'}"),
                ("broker", broker.title if broker else "not known"),
                ("found by", ", ".join(each.found_by)),
            ]
        )
        say()


def profiles_command(name: Name = None, as_json: AsJson = False) -> None:
    """Show what is known of brokers, each fact with whether it is sure. An account's own values outrank all of it."""
    chosen = list(profiles().values()) if name is None else [the_profile(name)]
    if as_json:
        print_json({"profiles": [each.model_dump(mode="json") for each in chosen]})
    elif name is None:
        rows = [(each.name, each.title, each.clock.rule, _doubt(each.clock.sure)) for each in chosen]
        show_table(("name", "broker", "server clock", ""), rows)
    else:
        show_table(("what", "value", "", "note"), list(_facts(chosen[0])))


def identify_command(
    server: Server = "",
    company: Company = "",
    symbols: Symbols = None,
    live: Live = False,
    path: Path = None,
    as_json: AsJson = False,
) -> None:
    """Say which broker an account belongs to, and why. Exit code 1 where no profile fits."""
    if live == bool(server or company or symbols):
        raise ConfigError("Give --server, --company or --symbol as the terminal shows them, or --live to ask it.")
    seen = asyncio.run(_look(path)) if live else Sighting(server=server, company=company, symbols=symbols or ())
    answer = identify(seen)
    if as_json:
        print_json(_plain(answer, seen))
    else:
        say(answer.profile.title + ("" if answer.sure else " (not sure)") if answer.profile else "not known")
        for line in answer.reasons:
            say(f"  {line}")
        for line in answer.against:
            say(f"  but: {line}")
    if answer.profile is None:
        raise typer.Exit(1)


async def _look(path: str | None) -> Sighting:
    async with Worker(Launch(package="official")) as worker:
        answer = await worker.call("initialize", *([path] if path else []))
        if answer.value is not True:
            raise BrokerUnreachableError(
                f"The terminal does not answer: {answer.error[1]} ({answer.error[0]}). Start it, and log in there."
            )
        return await sight(worker)


def _plain(answer: Identification, seen: Sighting) -> dict[str, object]:
    return {
        "profile": answer.profile.name if answer.profile else None,
        "sure": answer.sure,
        "kind": answer.kind,
        "ending": answer.ending,
        "reasons": answer.reasons,
        "against": answer.against,
        "server": seen.server,
        "company": seen.company,
    }


def _doubt(sure: bool) -> str:
    return "" if sure else "not sure"


def _facts(profile: BrokerProfile) -> Iterator[tuple[str, str, str, str]]:
    for server in profile.servers:
        yield "server", server.pattern, _doubt(server.sure), server.note
    for company in profile.companies:
        yield "company", company.contains, _doubt(company.sure), company.note
    for suffix in profile.suffixes:
        yield "suffix", suffix.text or "(none)", _doubt(suffix.sure), suffix.note or suffix.account
    yield "clock", profile.clock.rule, _doubt(profile.clock.sure), profile.clock.note
    if profile.filling is not None:
        yield "filling", ", ".join(profile.filling.modes), _doubt(profile.filling.sure), profile.filling.note
    for levels in profile.levels:
        text = f"margin call {_percent(levels.margin_call)}, stop-out {_percent(levels.stop_out)}"
        yield "levels", text, _doubt(levels.sure), levels.note or levels.account
    for leverage in profile.leverage:
        yield "leverage", leverage.text, _doubt(leverage.sure), leverage.note
    for renamed in profile.renamed:
        yield "symbol", f"{renamed.theirs} is {renamed.ours}", _doubt(renamed.sure), renamed.note
    for hint in profile.hints:
        yield "hint", hint.text, _doubt(hint.sure), hint.note


def _percent(value: float | None) -> str:
    return "not known" if value is None else f"{value:g} %"
