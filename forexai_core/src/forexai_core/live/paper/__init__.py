"""The paper broker: the ledger of the backtests as a venue."""

from __future__ import annotations

from forexai_core.live.paper.broker import PaperBroker
from forexai_core.live.paper.offers import PaperSettings, open_paper, paper_offer
from forexai_core.live.paper.venue import PaperVenue

__all__ = ["PaperBroker", "PaperSettings", "PaperVenue", "open_paper", "paper_offer"]
