"""What discovery found out about plugins, for people and for machines."""

from __future__ import annotations

from enum import StrEnum

import attrs

__all__ = ["Diagnosis", "DiagnosisCode", "DiagnosisLevel", "Origin"]


class DiagnosisLevel(StrEnum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class DiagnosisCode(StrEnum):
    """What it is."""

    NOT_LOADED = "not-loaded"
    RAISED = "raised"
    WRONG_ANSWER = "wrong-answer"
    WRONG_HOOK = "wrong-hook"
    UNKNOWN_HOOK = "unknown-hook"
    UNMARKED_HOOK = "unmarked-hook"
    CONFLICT = "conflict"
    OUTDATED = "outdated"
    TOO_NEW = "too-new"
    REPEATED = "repeated"
    DISABLED = "disabled"
    NOTHING_DISABLED = "nothing-disabled"
    BROKEN_RULE = "broken-rule"


@attrs.frozen(kw_only=True)
class Origin:
    """Where a plugin comes from.

    Attributes
    ----------
    plugin : str
        Its name: that of its entry point, or of the object that was given.
    distribution, version : str
        The installed distribution; empty where the plugin was given as an object.
    target : str
        The module, class or object.
    """

    plugin: str
    distribution: str = ""
    version: str = ""
    target: str = ""

    def __str__(self) -> str:
        return f"{self.plugin} ({self.distribution} {self.version})" if self.distribution else self.plugin


@attrs.frozen(kw_only=True)
class Diagnosis:
    """One finding about one plugin.

    Attributes
    ----------
    level : DiagnosisLevel
        An error keeps the plugin, or the offer, from being used.
    code : DiagnosisCode
        What it is.
    origin : Origin
        Whose.
    problem, remedy : str
        What is wrong, and what the reader can do.
    kind, offer : str
        Which offer, where it is about one.
    """

    level: DiagnosisLevel
    code: DiagnosisCode
    origin: Origin
    problem: str
    remedy: str = ""
    kind: str = ""
    offer: str = ""

    def __str__(self) -> str:
        what = f" {self.kind} '{self.offer}'" if self.offer else ""
        return f"{self.level}: plugin {self.origin}{what}: {self.problem} {self.remedy}".rstrip()
