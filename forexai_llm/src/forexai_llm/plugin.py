"""The plugin of forexai-llm."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.ports.advisor import AdvisorOffer
from forexai_core.ports.markers import hookimpl

__all__ = ["LlmPlugin", "plugin"]


class LlmPlugin:
    """Offers advisors."""

    plugin_name = "llm"

    @hookimpl
    def forexai_advisor_offers(self) -> Sequence[AdvisorOffer]:
        """Offer the advisor that needs no provider."""
        # Loaded with the rest of its kind only.
        from forexai_llm.offers import advisor_offers

        return advisor_offers()


plugin = LlmPlugin()
"""What the entry point names."""
