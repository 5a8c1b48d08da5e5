"""The plugin of forexai-core itself."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.broker import BrokerOffer
from forexai_core.ports.data import DataOffer
from forexai_core.ports.indicator import IndicatorOffer
from forexai_core.ports.markers import hookimpl
from forexai_core.ports.notifier import NotifierOffer
from forexai_core.ports.report import ReportOffer
from forexai_core.ports.risk import RiskOffer
from forexai_core.ports.strategy import StrategyOffer

__all__ = ["BuiltinPlugin", "plugin"]


class BuiltinPlugin:
    """Offers what ships with forexai-core.

    Each answer imports its subject when it is asked, so that who discovers commands alone waits for none of them.
    """

    plugin_name = "core"

    @hookimpl
    def forexai_strategy_offers(self) -> Sequence[StrategyOffer]:
        """Offer the templates."""
        # Slow to load: the templates bring compiled indicators.
        from forexai_core.builtins.strategies import strategy_offers

        return strategy_offers()

    @hookimpl
    def forexai_broker_offers(self) -> Sequence[BrokerOffer]:
        """Offer the paper account."""
        # Slow to load: the compiled ledger.
        from forexai_core.live.paper.offers import paper_offer

        return (paper_offer(),)

    @hookimpl
    def forexai_data_offers(self) -> Sequence[DataOffer]:
        """Offer files, the library, samples and synthetic markets."""
        # Slow to load: readers of files.
        from forexai_core.data.sources import DATA_OFFERS

        return DATA_OFFERS

    @hookimpl
    def forexai_risk_offers(self) -> Sequence[RiskOffer]:
        """Offer limits."""
        # Loaded with the rest of its kind only.
        from forexai_core.builtins.risk import risk_offers

        return risk_offers()

    @hookimpl
    def forexai_indicator_offers(self) -> Sequence[IndicatorOffer]:
        """Offer the catalogue of indicators."""
        # Slow to load: compiled indicators.
        from forexai_core.builtins.indicators import indicator_offers

        return indicator_offers()

    @hookimpl
    def forexai_notifier_offers(self) -> Sequence[NotifierOffer]:
        """Offer the log."""
        # Loaded with the rest of its kind only.
        from forexai_core.builtins.notifiers import notifier_offers

        return notifier_offers()

    @hookimpl
    def forexai_report_offers(self) -> Sequence[ReportOffer]:
        """Offer HTML, JSON and CSV."""
        # Slow to load: templates of pages, and what results are made of.
        from forexai_core.reports.offers import report_offers

        return report_offers()


plugin = BuiltinPlugin()
"""What the entry point names."""
