"""What every broker keeps."""

from __future__ import annotations

from forexai_core.testing.conformance import Conformance, Suite
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.testing.suites.broker_deals import DEAL_RULES
from forexai_core.testing.suites.broker_orders import ORDER_RULES

__all__ = ["BROKER_SUITE", "BrokerConformance"]

BROKER_SUITE = Suite(kind="broker", rules=(*OFFER_RULES, *ORDER_RULES, *DEAL_RULES))
"""The rules for brokers."""


class BrokerConformance(Conformance):
    """Tests of a broker. Its ``settings`` open an account on which orders cost nothing: a venue in memory or a demo."""

    suite = BROKER_SUITE
