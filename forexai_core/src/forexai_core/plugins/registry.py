"""What plugins offer, by kind and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar, overload

import attrs

from forexai_core.errors import PluginConflictError, PluginContractError, PluginMissingError, did_you_mean
from forexai_core.plugins.diagnoses import Diagnosis, DiagnosisCode, DiagnosisLevel, Origin
from forexai_core.ports.advisor import AdvisorOffer
from forexai_core.ports.app import AppOffer
from forexai_core.ports.billing import BillingOffer
from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.cli import CliOffer
from forexai_core.ports.data import DataOffer
from forexai_core.ports.indicator import IndicatorOffer
from forexai_core.ports.markers import KINDS
from forexai_core.ports.model import ModelOffer
from forexai_core.ports.notifier import NotifierOffer
from forexai_core.ports.offers import AnyOffer
from forexai_core.ports.report import ReportOffer
from forexai_core.ports.risk import RiskOffer
from forexai_core.ports.strategy import StrategyOffer

__all__ = ["Listed", "OfferMap", "Plugins", "list_plugins"]

OfferT_co = TypeVar("OfferT_co", bound=AnyOffer, covariant=True)
DefaultT = TypeVar("DefaultT")


class OfferMap(Mapping[str, OfferT_co], Generic[OfferT_co]):
    """The offers of one kind by name; read-only, in alphabetical order.

    Parameters
    ----------
    kind : str
        For messages.
    offers : mapping of str to Offer
        What can be used.
    origins : mapping of str to Origin
        Who offers it.
    conflicts : mapping of str to tuple of Origin
        Names that several offers share; none of them can be used.
    broken : tuple of str
        Names of plugins that could not be used, for messages.
    asked : bool
        Whether the discovery asked for this kind at all.
    """

    __slots__ = ("_asked", "_broken", "_conflicts", "_kind", "_offers", "_origins")

    def __init__(
        self,
        kind: str,
        offers: Mapping[str, OfferT_co],
        origins: Mapping[str, Origin],
        *,
        conflicts: Mapping[str, tuple[Origin, ...]],
        broken: tuple[str, ...] = (),
        asked: bool = True,
    ) -> None:
        self._kind = kind
        self._offers = {name: offers[name] for name in sorted(offers)}
        self._origins = dict(origins)
        self._conflicts = dict(conflicts)
        self._broken = broken
        self._asked = asked

    def __getitem__(self, name: str) -> OfferT_co:
        """Give the offer of a name.

        Raises
        ------
        PluginConflictError
            If several plugins offer the name.
        PluginMissingError
            If none does.
        """
        offer = self._offers.get(name)
        if offer is not None:
            return offer
        if name in self._conflicts:
            raise PluginConflictError(_conflict(self._kind, name, self._conflicts[name]))
        if not self._asked:
            raise PluginMissingError(
                f"No {self._kind} named '{name}' is known: this discovery did not ask for the kind {self._kind}. "
                "Name it in discover(kinds=...)."
            )
        hint = did_you_mean(name, self._offers)
        if self._broken:
            hint += f" Not all plugins could be used ({', '.join(self._broken)}): see forexai plugins doctor."
        raise PluginMissingError(f"No plugin offers a {self._kind} named '{name}'. {hint}".rstrip())

    def __iter__(self) -> Iterator[str]:
        return iter(self._offers)

    def __len__(self) -> int:
        return len(self._offers)

    def __contains__(self, name: object) -> bool:
        return name in self._offers

    @overload
    def get(self, name: str, /) -> OfferT_co | None: ...
    @overload
    def get(self, name: str, /, default: DefaultT) -> OfferT_co | DefaultT: ...
    def get(self, name: str, /, default: DefaultT | None = None) -> OfferT_co | DefaultT | None:
        """Give the offer of a name, or a default where there is none that can be used."""
        return self._offers.get(name, default)

    def __repr__(self) -> str:
        return f"<OfferMap {self._kind}: {', '.join(self._offers) or 'none'}>"

    def origin(self, name: str) -> Origin:
        """Tell who offers a name. Errors as for taking the offer itself."""
        self[name]
        return self._origins[name]


def _conflict(kind: str, name: str, origins: tuple[Origin, ...]) -> str:
    return (
        f"Several plugins offer a {kind} named '{name}': {', '.join(map(str, origins))}. "
        "Disable all but one of them, or uninstall it."
    )


@attrs.frozen(kw_only=True)
class Plugins:
    """All that the plugins of one discovery offer; ``forexai_core.plugins.discover`` makes it.

    Attributes
    ----------
    strategies, brokers, data, risk, billing, indicators, models, advisors, notifiers, reports, cli, apps : OfferMap
        The offers of each kind by name.
    origins : tuple of Origin
        The plugins that were found and could be asked.
    diagnoses : tuple of Diagnosis
        What is wrong with plugins, and which were left out.
    """

    strategies: OfferMap[StrategyOffer]
    brokers: OfferMap[BrokerOffer]
    data: OfferMap[DataOffer]
    risk: OfferMap[RiskOffer]
    billing: OfferMap[BillingOffer]
    indicators: OfferMap[IndicatorOffer]
    models: OfferMap[ModelOffer]
    advisors: OfferMap[AdvisorOffer]
    notifiers: OfferMap[NotifierOffer]
    reports: OfferMap[ReportOffer]
    cli: OfferMap[CliOffer]
    apps: OfferMap[AppOffer]
    origins: tuple[Origin, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()

    def of_kind(self, kind: str) -> OfferMap[AnyOffer]:
        """Give the offers of a kind by its name: ``strategy``, ``broker`` and so on.

        Raises
        ------
        PluginMissingError
            If there is no such kind.
        """
        maps: dict[str, OfferMap[AnyOffer]] = {
            "strategy": self.strategies,
            "broker": self.brokers,
            "data": self.data,
            "risk": self.risk,
            "billing": self.billing,
            "indicator": self.indicators,
            "model": self.models,
            "advisor": self.advisors,
            "notifier": self.notifiers,
            "report": self.reports,
            "cli": self.cli,
            "app": self.apps,
        }
        if kind not in maps:
            raise PluginMissingError(f"There is no kind of plugin named '{kind}'. {did_you_mean(kind, maps)}")
        return maps[kind]

    @property
    def errors(self) -> tuple[Diagnosis, ...]:
        """The findings that keep a plugin or an offer from being used."""
        return tuple(each for each in self.diagnoses if each.level is DiagnosisLevel.ERROR)

    def require(self, *plugins: str) -> None:
        """Insist that plugins were found and are sound.

        Parameters
        ----------
        *plugins : str
            Names of plugins, as their entry points have them, or of their distributions.

        Raises
        ------
        PluginMissingError
            If one was not found.
        PluginConflictError
            If one offers a name that another offers too.
        PluginContractError
            If anything else is wrong with one.
        """
        for name in plugins:
            for each in self.errors:
                if name in {each.origin.plugin, each.origin.distribution}:
                    conflict = each.code is DiagnosisCode.CONFLICT
                    raise (PluginConflictError if conflict else PluginContractError)(str(each))
            if not any(name in {each.plugin, each.distribution} for each in self.origins):
                known = [each.plugin for each in self.origins]
                raise PluginMissingError(
                    f"The plugin '{name}' is required and was not found. Is it installed in this environment, "
                    f"and not disabled? {did_you_mean(name, known)}"
                )


@attrs.frozen(kw_only=True)
class Listed:
    """One line of ``forexai plugins list``."""

    kind: str
    name: str
    title: str
    summary: str
    plugin: str
    distribution: str
    version: str
    tier: str
    asset_classes: tuple[str, ...]
    api_version: int


def list_plugins(plugins: Plugins, kind: str | None = None) -> tuple[Listed, ...]:
    """List what plugins offer.

    Parameters
    ----------
    plugins : Plugins
        A discovery.
    kind : str, optional
        Only offers of this kind.

    Returns
    -------
    tuple of Listed
        By kind, in the order of ``KINDS``, then by name.

    Raises
    ------
    PluginMissingError
        If there is no such kind.
    """
    lines = []
    for each_kind in KINDS if kind is None else (kind,):
        offers = plugins.of_kind(each_kind)
        for name, offer in offers.items():
            origin = offers.origin(name)
            lines.append(
                Listed(
                    kind=each_kind,
                    name=name,
                    title=offer.title,
                    summary=offer.summary,
                    plugin=origin.plugin,
                    distribution=origin.distribution,
                    version=origin.version,
                    tier=offer.tier.value,
                    asset_classes=tuple(sorted(each.value for each in offer.asset_classes)),
                    api_version=offer.api_version,
                )
            )
    return tuple(lines)
