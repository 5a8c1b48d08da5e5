"""The plugin of forexai-saas."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.app import AppOffer
from forexai_core.ports.billing import BillingOffer
from forexai_core.ports.markers import hookimpl

__all__ = ["SaasPlugin", "plugin"]


class SaasPlugin:
    """Offers the meter of the plans, and what the application shows of them."""

    plugin_name = "saas"

    @hookimpl
    def forexai_billing_offers(self) -> Sequence[BillingOffer]:
        """Offer the meter."""
        # Loaded with the rest of its kind only.
        from forexai_saas.offers import billing_offers

        return billing_offers()

    @hookimpl
    def forexai_app_offers(self) -> Sequence[AppOffer]:
        """Offer the list of plans."""
        # Loaded with the rest of its kind only.
        from forexai_saas.offers import app_offers

        return app_offers()


plugin = SaasPlugin()
"""What the entry point names."""
