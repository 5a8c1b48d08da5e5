"""Facts: figures that the code computed, each with its unit and its source."""

from __future__ import annotations

from forexai_llm.facts.accounts import facts_of_account
from forexai_llm.facts.fact_book import FactBook
from forexai_llm.facts.results import facts_of_result

__all__ = ["FactBook", "facts_of_account", "facts_of_result"]
