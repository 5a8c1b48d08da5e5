"""Which broker an account belongs to, and why that is thought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from forexai_mt5.profiles.catalogue import profiles
from forexai_mt5.profiles.model import BrokerProfile, ServerFact

__all__ = ["Identification", "Sighting", "identify", "usual_ending"]

_SERVER, _HEARSAY_SERVER, _COMPANY, _SYMBOLS = 8, 4, 3, 1
"""The server outweighs all else: a terminal shows the broker's own name of it; a company may have several brands."""

_PAIRS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCHF", "USDCAD", "NZDUSD", "EURGBP", "EURJPY", "GBPJPY")
_ENOUGH = 3


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True)
class Sighting:
    """What a live account shows.

    Attributes
    ----------
    server, company : str
        Of its information.
    symbols : tuple of str
        Names of symbols; some are enough.
    """

    server: str = ""
    company: str = ""
    symbols: tuple[str, ...] = attrs.field(default=(), converter=_names)


@attrs.frozen(kw_only=True)
class Identification:
    """What came of it.

    Attributes
    ----------
    profile : BrokerProfile or None
        The likeliest; None where nothing speaks for any.
    sure : bool
        Whether the server's name is one that is surely the broker's, and nothing speaks against it.
    kind : str
        ``demo``, ``real``, or empty where the server's name does not say. The account itself says.
    ending : str or None
        What really stands behind the account's symbols; None where too few are known.
    reasons : tuple of str
        Why, in sentences.
    against : tuple of str
        What speaks for another broker, or does not fit this one.
    """

    profile: BrokerProfile | None
    sure: bool
    kind: str
    ending: str | None
    reasons: tuple[str, ...]
    against: tuple[str, ...]


def usual_ending(symbols: Iterable[str]) -> str | None:
    """Give what stands behind the names of the usual pairs; None where fewer than three are there, or they disagree.

    Where a broker shows several kinds of symbols at once (``EURUSD`` and ``EURUSDm``), there is no one ending.
    """
    found = Counter(
        name.strip()[len(pair) :]
        for name in symbols
        for pair in _PAIRS
        if name.strip().upper().startswith(pair) and len(name.strip()) <= len(pair) + 8
    )
    if not found:
        return None
    (ending, count), *others = found.most_common(2)
    return ending if count >= _ENOUGH and (not others or others[0][1] < count) else None


@attrs.frozen
class _Case:
    """What speaks for one profile."""

    profile: BrokerProfile
    weight: int
    server: ServerFact | None
    reasons: tuple[str, ...]


def identify(sighting: Sighting, known: Mapping[str, BrokerProfile] | None = None) -> Identification:
    """Say which broker an account belongs to, and why.

    Parameters
    ----------
    sighting : Sighting
        What the account shows.
    known : mapping of str to BrokerProfile, optional
        Default those that ship.
    """
    ending = usual_ending(sighting.symbols)
    cases = [_case(profile, sighting, ending) for profile in (profiles() if known is None else known).values()]
    # An ending alone proves nothing: many brokers share it.
    cases = sorted((each for each in cases if each.weight > _SYMBOLS * 2), key=lambda each: -each.weight)
    if not cases:
        return _unknown(sighting, ending)
    best, *others = cases
    tied = bool(others) and others[0].weight == best.weight
    against = (*(_rival(other, best) for other in others), *_misfits(best, ending))
    return Identification(
        profile=None if tied else best.profile,
        sure=best.server is not None and best.server.sure and not others,
        kind=best.server.kind if best.server is not None and best.server.kind != "any" and not tied else "",
        ending=ending,
        reasons=best.reasons
        if not tied
        else (f"{best.profile.title} and {others[0].profile.title} fit equally well.",),
        against=against,
    )


def _case(profile: BrokerProfile, sighting: Sighting, ending: str | None) -> _Case:
    weight, reasons = 0, []
    server = next((fact for fact in profile.servers if fact.matches(sighting.server)), None)
    if server is not None:
        weight += _SERVER if server.sure else _HEARSAY_SERVER
        known = "is one that was met at" if sighting.server in server.seen else "is named as those of"
        doubt = "" if server.sure else " (not sure)"
        reasons.append(f"Server '{sighting.server}' {known} {profile.title}{doubt}.")
    company = next((fact for fact in profile.companies if fact.matches(sighting.company)), None)
    if company is not None:
        weight += _COMPANY
        reasons.append(f"Company '{sighting.company}' names '{company.contains}'.")
    bare = {name.upper() for name in _bare(sighting.symbols, ending)}
    renamed = [fact for fact in profile.renamed if fact.theirs.upper() in bare and fact.ours.upper() not in bare]
    if renamed:
        weight += _SYMBOLS
        theirs, ours = ", ".join(fact.theirs for fact in renamed), ", ".join(fact.ours for fact in renamed)
        reasons.append(f"It has {theirs}, as {profile.title} names {ours}.")
    if ending:
        fact = next((fact for fact in profile.suffixes if fact.text == ending), None)
        if fact is not None:
            weight += _SYMBOLS
            account = f" of {fact.account} accounts" if fact.account else ""
            reasons.append(
                f"Its symbols end in '{ending}', an ending{account} there{'' if fact.sure else ' (not sure)'}."
            )
    return _Case(profile, weight, server, tuple(reasons))


def _bare(symbols: Sequence[str], ending: str | None) -> list[str]:
    return [name.removesuffix(ending) if ending else name for name in symbols]


def _rival(other: _Case, best: _Case) -> str:
    return f"For {other.profile.title}, and against {best.profile.title}: {' '.join(other.reasons)}"


def _misfits(best: _Case, ending: str | None) -> list[str]:
    endings = [fact.text for fact in best.profile.suffixes]
    if ending is None or not endings or ending in endings:
        return []
    return [f"Its symbols end in '{ending}', which is not known of {best.profile.title}: what the account says holds."]


def _unknown(sighting: Sighting, ending: str | None) -> Identification:
    if not sighting.server and not sighting.company:
        reason = "The account tells neither a server nor a company: connect the terminal first."
    else:
        reason = (
            f"No profile knows server '{sighting.server}' or company '{sighting.company}'. Nothing is lost by that: "
            "all that trading needs is read from the account, and its clock is measured."
        )
    return Identification(profile=None, sure=False, kind="", ending=ending, reasons=(reason,), against=())
