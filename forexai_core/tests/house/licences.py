"""Check the licence of everything installed beside this interpreter: a run-time installation has no GPL or AGPL.

Metadata speaks three ways (an SPDX expression, a free text, classifiers). What they leave unclear is settled by
``licences.toml``, by a person, for a named distribution, with the reason.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

REVIEWED = Path(__file__).with_name("licences.toml")
# Installers that an environment carries for itself; no distribution of ours requires them.
NOT_RUN = frozenset({"pip", "setuptools", "wheel"})
PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|MIT-CMU|BSD|0BSD|ISC|Zlib|Apache|PSF|Python Software Foundation|CC0|Unlicense|MPL|Mozilla Public)"
    r"|^2-Clause|^3-Clause",
    re.IGNORECASE,
)
COPYLEFT = re.compile(
    r"\b(A?GPL|Affero|GNU General Public|SSPL|Server Side Public|BUSL|Business Source)", re.IGNORECASE
)
LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Licence:
    """What a distribution's metadata says of its licence."""

    distribution: str
    expression: str = ""
    text: str = ""
    classifiers: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The clearest of the three: expression, then classifiers, then a text short enough to be a name.

        Several classifiers may mean a choice or a sum; they are taken for a sum.
        """
        short = self.text if len(self.text) <= LONGEST_NAME and "\n" not in self.text.strip() else ""
        return self.expression or " AND ".join(self.classifiers) or short


def verdict(licence: Licence, reviewed: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return why a licence is refused, or None when it is accepted."""
    statement = licence.statement
    entry = reviewed.get(canonical(licence.distribution))
    if entry is not None:
        seen = entry["says"]
        changed = f"metadata now says {statement!r}, reviewed was {seen!r}: review it again"
        return None if seen == statement else changed
    if not statement:
        return "metadata names no licence: read its licence file and add it to licences.toml"
    return None if acceptable(statement) else f"{statement!r} is not accepted at run time"


def acceptable(statement: str) -> bool:
    """Tell whether one alternative (``OR``) has only permissive parts (``AND``)."""
    alternatives = re.split(r"\s+OR\s+", statement.replace("(", " ").replace(")", " "))
    return any(
        all(PERMISSIVE.search(part) and not COPYLEFT.search(part) for part in re.split(r"\s+AND\s+", alternative))
        for alternative in alternatives
    )


def canonical(name: str) -> str:
    """Return a distribution's name in its canonical spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> list[Licence]:
    """Return what the metadata of every installed distribution says."""
    found = {}
    for distribution in metadata.distributions():
        fields = distribution.metadata
        name = fields["Name"]
        if canonical(name) in NOT_RUN:
            continue
        found[canonical(name)] = Licence(
            distribution=name,
            expression=_field(distribution, "License-Expression"),
            text=_field(distribution, "License"),
            classifiers=tuple(
                value.rpartition("::")[2].strip()
                for value in fields.get_all("Classifier") or []
                if value.startswith("License ::") and value.strip() != "License :: OSI Approved"
            ),
        )
    return [found[name] for name in sorted(found)]


def _field(distribution: metadata.Distribution, name: str) -> str:
    return str((distribution.metadata.get_all(name) or [""])[0])


def refusals(licences: Iterable[Licence], reviewed: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return a line for every licence that is refused."""
    verdicts = ((licence, verdict(licence, reviewed)) for licence in licences)
    return [f"{licence.distribution}: {reason}" for licence, reason in verdicts if reason]


def read_reviewed(path: Path = REVIEWED) -> dict[str, dict[str, str]]:
    """Return the reviewed table: for each distribution what its metadata says, the licence, and why it is accepted."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {canonical(name): {key: str(value) for key, value in entry.items()} for name, entry in table.items()}


def main() -> int:
    """Print every licence of this interpreter's installation; return 1 when one is refused."""
    licences, reviewed = installed(), read_reviewed()
    for licence in licences:
        entry = reviewed.get(canonical(licence.distribution))
        shown = f"{entry['licence']} (reviewed)" if entry else licence.statement
        sys.stdout.write(f"{licence.distribution:28} {shown}\n")
    refused = refusals(licences, reviewed)
    sys.stdout.write("\n".join(["", *refused, f"{len(licences)} distributions, {len(refused)} refused"]) + "\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
