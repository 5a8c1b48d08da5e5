"""What the plugin offers."""

from __future__ import annotations

from forexai_core.ports.advisor import AdvisorOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings
from forexai_llm.plain.advisor import PlainAdvisor
from forexai_llm.plain.wording import LANGUAGES

__all__ = ["advisor_offers"]


def _open_plain(_settings: NoSettings, _services: Services) -> PlainAdvisor:
    return PlainAdvisor()  # it keeps nothing and reaches for nothing, so it is given nothing


def advisor_offers() -> tuple[AdvisorOffer, ...]:
    """Give the advisors."""
    return (
        AdvisorOffer(
            name="plain-text",
            title="Plain text",
            summary="Answers from computed facts by rules, in English and Indonesian; nothing leaves this computer.",
            settings=NoSettings,
            open=_open_plain,
            api_version=1,
            needs_provider=False,
            languages=LANGUAGES,
        ),
    )
