"""Conformance suites: named rules that an offer keeps or breaks, run by pytest or by a program."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import attrs
from pydantic import ValidationError

from forexai_core.errors import ConfigError, PluginError, did_you_mean
from forexai_core.ports.offers import AnyOffer
from forexai_core.ports.services import Services
from forexai_core.services import embedded_services

__all__ = ["Conformance", "ConformanceFailure", "Rule", "RuleBook", "Subject", "Suite", "SuiteReport"]

_LONGEST_RULE_S = 60.0


class ConformanceFailure(PluginError):  # noqa: N818 - a rule that is not kept is a finding, as pytest's Failed is
    """An offer breaks a rule of its suite.

    Parameters
    ----------
    what : str
        What it does.
    remedy : str
        What its author can do.
    rule : str
        Name of the rule; the suite fills it in.
    """

    def __init__(self, what: str, remedy: str = "", *, rule: str = "") -> None:
        super().__init__(f"{rule or 'rule'}: {what} {remedy}".rstrip())
        self.rule = rule
        self.what = what
        self.remedy = remedy


class Subject:
    """An offer under test, with settings, services and a home of its own for one rule.

    Parameters
    ----------
    offer : Offer
        What is tested.
    settings : mapping, optional
        Default: the offer's own ``example``.
    probe : mapping, optional
        What a suite should use instead of what it finds by itself, such as ``{"symbol": "EURUSD"}``.
    """

    def __init__(
        self,
        offer: AnyOffer,
        settings: Mapping[str, Any] | None = None,
        probe: Mapping[str, Any] | None = None,
    ) -> None:
        self.offer = offer
        self.settings = dict(offer.example if settings is None else settings)
        self.probe = dict(probe or {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "services" in self.__dict__:
            self.services.close()
        if "_folder" in self.__dict__:
            self._folder.cleanup()

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="forexai-conformance-", ignore_cleanup_errors=True)

    @property
    def home(self) -> Path:
        """An empty folder for this rule."""
        return Path(self._folder.name)

    @cached_property
    def services(self) -> Services:
        """Embedded services in memory."""
        return embedded_services(None)

    def settings_value(self) -> Any:
        """Make the settings.

        Raises
        ------
        ConformanceFailure
            If the offer's settings model does not take them.
        """
        try:
            return self.offer.settings(**self.settings)
        except ValueError as problem:
            raise ConformanceFailure(
                f"its settings model does not take {self.settings}: {_in_a_line(problem)}.",
                "Set `example` of the offer, or `settings` of the test, so that it can be opened without a network.",
            ) from problem

    def open(self, services: Services | None = None) -> Any:
        """Open the offer."""
        return self.offer.open(self.settings_value(), self.services if services is None else services)


def _in_a_line(problem: ValueError) -> str:
    if isinstance(problem, ValidationError):
        return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors())
    return " ".join(str(problem).split()).rstrip(".")


Check = Callable[[Subject], None] | Callable[[Subject], Awaitable[None]]


@attrs.frozen(kw_only=True)
class Rule:
    """One rule of a suite.

    Attributes
    ----------
    name : str
        Such as ``one-client-id-is-one-order``.
    text : str
        What must hold, in a sentence.
    check : callable
        Raises :class:`ConformanceFailure`; may be a coroutine function.
    opens : bool
        Whether it opens the offer, rather than reading what it declares.
    """

    name: str
    text: str
    check: Check
    opens: bool = True


class RuleBook:
    """Collects the rules of one file in the order in which they are written."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(self, *, opens: bool = True) -> Callable[[Check], Check]:
        """Make a function a rule: its name and the first line of its docstring become the rule's."""

        def keep(check: Check) -> Check:
            text = (inspect.getdoc(check) or "").partition("\n")[0]
            self.rules.append(Rule(name=check.__name__.replace("_", "-"), text=text, check=check, opens=opens))
            return check

        return keep


@attrs.frozen(kw_only=True)
class SuiteReport:
    """What a suite found.

    Attributes
    ----------
    kind, offer : str
        What was tested.
    kept : tuple of str
        Rules that hold.
    failures : tuple of ConformanceFailure
        Rules that do not.
    """

    kind: str
    offer: str
    kept: tuple[str, ...]
    failures: tuple[ConformanceFailure, ...]

    @property
    def ok(self) -> bool:
        """Whether every rule holds."""
        return not self.failures

    def __str__(self) -> str:
        head = f"{self.kind} '{self.offer}': {len(self.kept)} rules kept, {len(self.failures)} broken."
        return "\n".join([head, *(f"  {failure}" for failure in self.failures)])


@attrs.frozen(kw_only=True)
class Suite:
    """The rules for one kind of offer.

    Attributes
    ----------
    kind : str
        The kind.
    rules : tuple of Rule
        In the order in which they run.
    """

    kind: str
    rules: tuple[Rule, ...]

    def rule(self, name: str) -> Rule:
        """Give a rule by its name.

        Raises
        ------
        ConfigError
            If there is none.
        """
        for rule in self.rules:
            if rule.name == name:
                return rule
        hint = did_you_mean(name, [rule.name for rule in self.rules])
        raise ConfigError(f"The suite for {self.kind} has no rule '{name}'. {hint}")

    def run(self, rule: Rule, subject: Subject) -> None:
        """Hold an offer against one rule.

        Raises
        ------
        ConformanceFailure
            If it breaks the rule, or raises what it must not.
        """
        try:
            answer = rule.check(subject)
            if inspect.isawaitable(answer):
                asyncio.run(_in_time(answer))
        except ConformanceFailure as failure:
            raise ConformanceFailure(failure.what, failure.remedy, rule=rule.name) from failure
        except Exception as problem:
            raise ConformanceFailure(
                f"it raised {type(problem).__name__}: {problem}",
                f"The rule is: {rule.text}",
                rule=rule.name,
            ) from problem

    def check(
        self,
        offer: AnyOffer,
        *,
        settings: Mapping[str, Any] | None = None,
        probe: Mapping[str, Any] | None = None,
        rules: Collection[str] | None = None,
        opens: bool = True,
    ) -> SuiteReport:
        """Hold an offer against all rules, or some, and report.

        Parameters
        ----------
        offer : Offer
            What to test.
        settings, probe : mapping, optional
            As for :class:`Subject`.
        rules : collection of str, optional
            Names; default all.
        opens : bool
            False leaves out the rules that open the offer.
        """
        chosen = self.rules if rules is None else tuple(self.rule(name) for name in rules)
        kept, failures = [], []
        for rule in chosen:
            if rule.opens and not opens:
                continue
            try:
                with Subject(offer, settings, probe) as subject:
                    self.run(rule, subject)
            except ConformanceFailure as failure:
                failures.append(failure)
            else:
                kept.append(rule.name)
        return SuiteReport(kind=self.kind, offer=offer.name, kept=tuple(kept), failures=tuple(failures))


async def _in_time(work: Awaitable[None]) -> None:
    async with asyncio.timeout(_LONGEST_RULE_S):
        await work


class Conformance:
    """A suite as a pytest class: derive from the one of your kind, and name your offer.

    Attributes
    ----------
    suite : Suite
        Set by the class of each kind.
    offer : Offer
        What is tested.
    settings, probe : mapping, optional
        As for :class:`Subject`.

    Examples
    --------
    >>> class TestMyBroker(BrokerConformance):
    ...     offer = my_broker_offer
    ...     settings = {"balance": 10_000}
    """

    suite: ClassVar[Suite]
    offer: ClassVar[AnyOffer]
    settings: ClassVar[Mapping[str, Any] | None] = None
    probe: ClassVar[Mapping[str, Any] | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Give the class a test for each rule of its suite."""
        super().__init_subclass__(**options)
        for rule in _rules_of(cls):
            name = f"test_{rule.name.replace('-', '_')}"
            if name not in cls.__dict__:
                setattr(cls, name, _test_of(rule))


def _rules_of(cls: type[Conformance]) -> Iterable[Rule]:
    suite = cls.__dict__.get("suite")
    return suite.rules if isinstance(suite, Suite) else ()


def _test_of(rule: Rule) -> Callable[[Conformance], None]:
    def test(self: Conformance) -> None:
        with Subject(self.offer, self.settings, self.probe) as subject:
            self.suite.run(rule, subject)

    test.__doc__ = rule.text
    return test
