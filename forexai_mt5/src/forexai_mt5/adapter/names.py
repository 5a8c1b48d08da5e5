"""Names of symbols: the broker's, with the endings that tell kinds of accounts apart, and ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["SymbolNames", "suffix_of"]

_MAJORS = ("EURUSD", "GBPUSD", "USDJPY", "USDCHF", "USDCAD", "AUDUSD", "NZDUSD")


def suffix_of(tradable: Iterable[str]) -> str:
    """Find what a broker writes behind the names of symbols.

    Parameters
    ----------
    tradable : iterable of str
        Names of the symbols that may be traded on the account.

    Raises
    ------
    ConfigError
        If several endings are equally likely.
    """
    names = set(tradable)
    if any(major in names for major in _MAJORS):
        return ""
    endings = Counter(name[len(major) :] for name in names for major in _MAJORS if name.startswith(major))
    if not endings:
        return ""
    (first, count), *others = endings.most_common()
    if others and others[0][1] == count:
        shown = ", ".join(f"'{ending}'" for ending, _ in endings.most_common(4))
        raise ConfigError(f"The broker's symbols have several endings ({shown}). Say which is yours: suffix='{first}'.")
    return first


class SymbolNames:
    """Turns one kind of name into the other.

    Parameters
    ----------
    found : mapping of str to bool
        The broker's symbols, and whether each may be traded.
    given : mapping of str to str
        The broker's name of each of our symbols that differs by more than the ending, such as ``{"XAUUSD": "GOLD"}``.
    suffix : str or None
        The ending; None finds it.

    Raises
    ------
    ConfigError
        If a name that is given does not exist, or the ending is not plain.
    """

    def __init__(self, found: Mapping[str, bool], *, given: Mapping[str, str], suffix: str | None) -> None:
        tradable = [name for name, traded in found.items() if traded]
        self.suffix = suffix_of(tradable or found) if suffix is None else suffix
        self._theirs: dict[str, str] = {}
        for name in found:
            plain = name.removesuffix(self.suffix) if self.suffix else name
            # A symbol that is called like another one without its ending keeps its own name.
            self._theirs[name if plain in found or not plain else plain] = name
        for ours, theirs in given.items():
            if theirs not in found:
                raise ConfigError(f"symbols says that {ours} is '{theirs}' there. {did_you_mean(theirs, found)}")
            self._theirs = {own: name for own, name in self._theirs.items() if name != theirs} | {ours: theirs}
        self._ours = {theirs: ours for ours, theirs in self._theirs.items()}

    def theirs(self, name: str) -> str | None:
        """Give the broker's name; None where it has none."""
        return self._theirs.get(name)

    def ours(self, name: str) -> str:
        """Give our name of a broker's symbol; of one that came later its own."""
        return self._ours.get(name, name)
