"""What the plugin offers."""

from __future__ import annotations

from forexai_core.ports.app import AppOffer
from forexai_core.ports.billing import BillingOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings
from forexai_saas.billing.meter import PlanMeter
from forexai_saas.pages import BillingPages
from forexai_saas.plans import plan_table
from forexai_saas.settings import FreeSettings, MeterSettings

__all__ = ["app_offers", "billing_offers"]


def _open_meter(settings: MeterSettings, services: Services) -> PlanMeter:
    return PlanMeter(settings, services)


def _open_free(settings: FreeSettings, services: Services) -> PlanMeter:
    # Counted all the same, so that its owner sees what is used.
    return PlanMeter(MeterSettings(plan="enterprise", zone=settings.zone, wait_s=settings.wait_s), services)


def _open_pages(_settings: NoSettings, _services: Services) -> BillingPages:
    return BillingPages()


def billing_offers() -> tuple[BillingOffer, ...]:
    """Give the meters."""
    return (
        BillingOffer(
            name="plan-meter",
            title="Meter of the plans",
            summary="Counts what is used against Free, Pro, Premium and Enterprise; takes no money.",
            settings=MeterSettings,
            open=_open_meter,
            api_version=1,
            features=frozenset(plan_table().features),
        ),
        BillingOffer(
            name="free",
            title="No limits, no charge",
            summary="Allows everything and counts it, for those who run a platform for themselves.",
            settings=FreeSettings,
            open=_open_free,
            api_version=1,
            features=frozenset(plan_table().features),
        ),
    )


def app_offers() -> tuple[AppOffer, ...]:
    """Give the parts of the application."""
    return (
        AppOffer(
            name="billing",
            title="Plans",
            summary="The list of plans.",
            settings=NoSettings,
            open=_open_pages,
            api_version=1,
            prefix="billing",
        ),
    )
