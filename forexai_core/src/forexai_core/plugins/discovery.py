"""Finding plugins, asking them once, and writing down what is wrong with them."""

from __future__ import annotations

import importlib.metadata
import inspect
from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

import pluggy

from forexai_core.errors import did_you_mean
from forexai_core.hookspecs import SPECIFICATIONS
from forexai_core.plugins.diagnoses import Diagnosis, DiagnosisCode, DiagnosisLevel, Origin
from forexai_core.plugins.registry import OfferMap, Plugins
from forexai_core.ports.advisor import AdvisorOffer
from forexai_core.ports.app import AppOffer
from forexai_core.ports.billing import BillingOffer
from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.cli import CliOffer
from forexai_core.ports.data import DataOffer
from forexai_core.ports.indicator import IndicatorOffer
from forexai_core.ports.markers import API_VERSION, HOOKS, KINDS, PROJECT
from forexai_core.ports.model import ModelOffer
from forexai_core.ports.notifier import NotifierOffer
from forexai_core.ports.offers import AnyOffer
from forexai_core.ports.report import ReportOffer
from forexai_core.ports.risk import RiskOffer
from forexai_core.ports.strategy import StrategyOffer

__all__ = ["OFFER_TYPES", "discover"]

OFFER_TYPES: dict[str, type[AnyOffer]] = {
    "strategy": StrategyOffer,
    "broker": BrokerOffer,
    "data": DataOffer,
    "risk": RiskOffer,
    "billing": BillingOffer,
    "indicator": IndicatorOffer,
    "model": ModelOffer,
    "advisor": AdvisorOffer,
    "notifier": NotifierOffer,
    "report": ReportOffer,
    "cli": CliOffer,
    "app": AppOffer,
}
"""The record that a plugin answers with, for each kind."""


def discover(
    extra: Iterable[object] = (),
    *,
    entry_points: bool = True,
    disabled: Collection[str] = (),
    required: Collection[str] = (),
    kinds: Collection[str] = KINDS,
) -> Plugins:
    """Find all plugins, and ask each once for what it offers.

    Parameters
    ----------
    extra : iterable of object
        Plugins given as modules, classes (made without arguments) or objects.
    entry_points : bool
        Whether to load what installed distributions announce in the entry-point group ``forexai``; the
        built-in plugin is one of them.
    disabled : collection of str
        Plugins to leave out, by their own name or that of their distribution.
    required : collection of str
        Plugins that must be there and be sound.
    kinds : collection of str
        Kinds to ask for. Some answers take time, because they load compiled code: who needs commands alone
        asks for ``cli``.

    Returns
    -------
    Plugins
        What can be used; :attr:`Plugins.diagnoses` says what cannot, and why.

    Raises
    ------
    PluginMissingError, PluginConflictError, PluginContractError
        If a required plugin is missing, shares a name, or is broken.
    """
    discovery = _Discovery(set(disabled), frozenset(kinds))
    if entry_points:
        discovery.take_entry_points()
    for plugin in extra:
        discovery.take(Origin(plugin=_name_of(plugin), target=_target_of(plugin)), plugin)
    discovery.check_disabled()
    discovery.check_hooks()
    discovery.ask_all()
    plugins = discovery.result()
    plugins.require(*required)
    return plugins


def _name_of(plugin: object) -> str:
    name = getattr(plugin, "plugin_name", None) or getattr(plugin, "__name__", None)
    return name if isinstance(name, str) else type(plugin).__qualname__


def _target_of(plugin: object) -> str:
    if inspect.ismodule(plugin):
        return plugin.__name__
    kind = plugin if isinstance(plugin, type) else type(plugin)
    return f"{kind.__module__}:{kind.__qualname__}"


def _said(problem: BaseException) -> str:
    text = str(problem).strip()
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


class _Discovery:
    """One discovery: the only thing that talks to pluggy's manager."""

    def __init__(self, disabled: set[str], kinds: frozenset[str]) -> None:
        self.manager = pluggy.PluginManager(PROJECT)
        for specification in SPECIFICATIONS.values():
            self.manager.add_hookspecs(specification)
        self.disabled = disabled
        self.kinds = kinds
        self.unused = set(disabled)
        self.origins: dict[int, Origin] = {}
        self.plugins: list[object] = []
        self.diagnoses: list[Diagnosis] = []
        self.offers: dict[str, dict[str, list[tuple[Origin, AnyOffer]]]] = {kind: {} for kind in KINDS}

    def report(self, code: DiagnosisCode, origin: Origin, problem: str, remedy: str = "", **about: str) -> None:
        self.diagnoses.append(
            Diagnosis(level=DiagnosisLevel.ERROR, code=code, origin=origin, problem=problem, remedy=remedy, **about)
        )

    def leave_out(self, origin: Origin) -> bool:
        names = {origin.plugin, origin.distribution} & self.disabled
        self.unused -= names
        if names:
            self.diagnoses.append(
                Diagnosis(
                    level=DiagnosisLevel.NOTE, code=DiagnosisCode.DISABLED, origin=origin, problem="It is disabled."
                )
            )
        return bool(names)

    def take_entry_points(self) -> None:
        seen: set[tuple[str, str]] = set()
        for point in sorted(importlib.metadata.entry_points(group=PROJECT), key=lambda each: (each.name, each.value)):
            if (point.name, point.value) in seen:  # one distribution found twice on the path
                continue
            seen.add((point.name, point.value))
            origin = Origin(
                plugin=point.name,
                distribution=point.dist.name if point.dist else "",
                version=point.dist.version if point.dist else "",
                target=point.value,
            )
            if self.leave_out(origin):
                continue
            try:
                plugin = point.load()
            except Exception as problem:  # noqa: BLE001 - whatever a plugin does, it is named and the others stay
                self.report(
                    DiagnosisCode.NOT_LOADED,
                    origin,
                    f"{point.value} cannot be loaded: {_said(problem)}.",
                    "Reinstall or upgrade its distribution, or disable the plugin.",
                )
                continue
            self.take(origin, plugin, checked=True)

    def take(self, origin: Origin, plugin: object, *, checked: bool = False) -> None:
        if not checked and self.leave_out(origin):
            return
        try:
            plugin = plugin() if isinstance(plugin, type) else plugin
            name = f"{origin.plugin} {origin.target} {origin.distribution}"
            if self.manager.is_registered(plugin) or self.manager.has_plugin(name):
                self.report(
                    DiagnosisCode.REPEATED,
                    origin,
                    "It is announced twice.",
                    "Announce it once: as an entry point, or as an extra plugin.",
                )
                return
            self.manager.register(plugin, name)
        except pluggy.PluginValidationError as problem:
            if self.manager.is_registered(plugin):  # pluggy before 1.7 leaves a refused plugin half registered
                self.manager.unregister(plugin)
            text = str(problem).replace("\n", " ")
            self.report(DiagnosisCode.WRONG_HOOK, origin, text, "Take the signature from the hook reference.")
            return
        except Exception as problem:  # noqa: BLE001 - whatever a plugin does, it is named and the others stay
            self.report(DiagnosisCode.NOT_LOADED, origin, f"It cannot be made: {_said(problem)}.")
            return
        self.origins[id(plugin)] = origin
        self.plugins.append(plugin)

    def drop(self, plugin: object) -> None:
        self.manager.unregister(plugin)
        self.plugins = [each for each in self.plugins if each is not plugin]

    def check_disabled(self) -> None:
        for name in sorted(self.unused):
            self.diagnoses.append(
                Diagnosis(
                    level=DiagnosisLevel.WARNING,
                    code=DiagnosisCode.NOTHING_DISABLED,
                    origin=Origin(plugin=name),
                    problem="It is to be left out, but no such plugin was found.",
                    remedy=did_you_mean(name, [each.plugin for each in self.origins.values()]),
                )
            )

    def check_hooks(self) -> None:
        """Leave out plugins with a misspelled hook, or with one that bears no mark."""
        for plugin in tuple(self.plugins):
            for name in _unmarked(plugin):
                self.report(
                    DiagnosisCode.UNMARKED_HOOK,
                    self.origins[id(plugin)],
                    f"{name} is not marked as a hook, so nobody would ever ask it.",
                    "Put @hookimpl (forexai_core.ports.markers) before it.",
                )
        while True:
            try:
                self.manager.check_pending()
            except pluggy.PluginValidationError as problem:
                plugin = problem.plugin
                unknown = sorted(
                    caller.name for caller in self.manager.get_hookcallers(plugin) or () if not caller.has_spec()
                )
                hints = " ".join(did_you_mean(name, HOOKS.values()) for name in unknown)
                self.report(
                    DiagnosisCode.UNKNOWN_HOOK,
                    self.origins[id(plugin)],
                    f"There is no hook {', '.join(unknown)}.",
                    hints,
                )
                self.drop(plugin)
            else:
                return

    def ask_all(self) -> None:
        for plugin in self.plugins:
            others = [each for each in self.plugins if each is not plugin]
            asked = {caller.name for caller in self.manager.get_hookcallers(plugin) or ()}
            for kind, hook in HOOKS.items():
                if hook in asked and kind in self.kinds:
                    self.ask(kind, self.manager.subset_hook_caller(hook, others), self.origins[id(plugin)])

    def ask(self, kind: str, caller: pluggy.HookCaller, origin: Origin) -> None:
        try:
            answers = caller()
        except Exception as problem:  # noqa: BLE001 - whatever a plugin does, it is named and the others stay
            self.report(
                DiagnosisCode.RAISED,
                origin,
                f"{HOOKS[kind]} raised {_said(problem)}.",
                "Upgrade or disable the plugin; its author finds the cause with its conformance suite.",
                kind=kind,
            )
            return
        answer = answers[0] if answers else None  # pluggy leaves None out
        wanted = OFFER_TYPES[kind]
        if not isinstance(answer, Sequence) or isinstance(answer, str | bytes):
            self.report(
                DiagnosisCode.WRONG_ANSWER,
                origin,
                f"{HOOKS[kind]} answered with {type(answer).__name__}.",
                f"It must return a list or tuple of {wanted.__name__}.",
                kind=kind,
            )
            return
        for offer in answer:
            self.keep(kind, wanted, offer, origin)

    def keep(self, kind: str, wanted: type[AnyOffer], offer: object, origin: Origin) -> None:
        if not isinstance(offer, wanted):
            self.report(
                DiagnosisCode.WRONG_ANSWER,
                origin,
                f"{HOOKS[kind]} offers a {type(offer).__name__}.",
                f"Each of its offers must be a {wanted.__name__}.",
                kind=kind,
            )
            return
        if offer.api_version != API_VERSION:
            old = offer.api_version < API_VERSION
            self.report(
                DiagnosisCode.OUTDATED if old else DiagnosisCode.TOO_NEW,
                origin,
                f"It was written for version {offer.api_version} of the hooks; this core has {API_VERSION}.",
                f"Upgrade {origin.distribution or 'the plugin'}." if old else "Upgrade forexai-core.",
                kind=kind,
                offer=offer.name,
            )
            return
        self.offers[kind].setdefault(offer.name, []).append((origin, offer))

    def result(self) -> Plugins:
        broken = tuple(dict.fromkeys(each.origin.plugin for each in self.diagnoses if each.level == "error"))
        maps = {kind: self.map_of(kind, broken) for kind in KINDS}
        return Plugins(
            strategies=cast(OfferMap[StrategyOffer], maps["strategy"]),
            brokers=cast(OfferMap[BrokerOffer], maps["broker"]),
            data=cast(OfferMap[DataOffer], maps["data"]),
            risk=cast(OfferMap[RiskOffer], maps["risk"]),
            billing=cast(OfferMap[BillingOffer], maps["billing"]),
            indicators=cast(OfferMap[IndicatorOffer], maps["indicator"]),
            models=cast(OfferMap[ModelOffer], maps["model"]),
            advisors=cast(OfferMap[AdvisorOffer], maps["advisor"]),
            notifiers=cast(OfferMap[NotifierOffer], maps["notifier"]),
            reports=cast(OfferMap[ReportOffer], maps["report"]),
            cli=cast(OfferMap[CliOffer], maps["cli"]),
            apps=cast(OfferMap[AppOffer], maps["app"]),
            origins=tuple(self.origins[id(plugin)] for plugin in self.plugins),
            diagnoses=tuple(self.diagnoses),
        )

    def map_of(self, kind: str, broken: tuple[str, ...]) -> OfferMap[AnyOffer]:
        offers: dict[str, AnyOffer] = {}
        origins: dict[str, Origin] = {}
        conflicts: dict[str, tuple[Origin, ...]] = {}
        for name, found in self.offers[kind].items():
            if len(found) == 1:
                origins[name], offers[name] = found[0]
                continue
            conflicts[name] = tuple(origin for origin, _ in found)
            for origin in dict.fromkeys(conflicts[name]):
                others = [str(each) for each in conflicts[name] if each != origin]
                self.report(
                    DiagnosisCode.CONFLICT,
                    origin,
                    f"The name is offered by {', '.join(others) or 'the same plugin'} too, so neither can be used.",
                    "Disable all but one of them, or uninstall it.",
                    kind=kind,
                    offer=name,
                )
        return OfferMap(kind, offers, origins, conflicts=conflicts, broken=broken, asked=kind in self.kinds)


def _unmarked(plugin: Any) -> list[str]:
    """Name what looks like a hook of a plugin and bears no mark."""
    marks = [name for name in dir(plugin) if name.startswith(f"{PROJECT}_") and name.endswith("_offers")]
    return [
        name
        for name in marks
        if inspect.isroutine(inspect.getattr_static(plugin, name))
        and not hasattr(inspect.unwrap(getattr(plugin, name)), f"{PROJECT}_impl")
    ]
