"""The meter and the pages keep the contracts of their kinds."""

from __future__ import annotations

import subprocess
import sys
from typing import ClassVar

from forexai_core.plugins import discover
from forexai_core.testing import AppConformance, BillingConformance
from forexai_saas.offers import app_offers, billing_offers

METER, NO_LIMITS = billing_offers()


class TestFree(BillingConformance):
    offer = METER


class TestPro(BillingConformance):
    offer = METER
    settings: ClassVar = {"plan": "pro", "zone": "Asia/Jakarta"}
    probe: ClassVar = {"feature": "api_requests"}


class TestEnterprise(BillingConformance):
    offer = METER
    settings: ClassVar = {"plan": "enterprise"}
    probe: ClassVar = {"feature": "strategies"}


class TestNoLimits(BillingConformance):
    offer = NO_LIMITS
    probe: ClassVar = {"feature": "strategies"}


class TestPages(AppConformance):
    (offer,) = app_offers()


def test_the_plugin_is_found_and_offers_both():
    plugins = discover(required=["saas"], kinds=["billing", "app"])
    assert plugins.billing.origin("plan-meter").distribution == "forexai-saas"
    assert plugins.billing.origin("free").distribution == "forexai-saas"
    assert plugins.apps.origin("billing").distribution == "forexai-saas"


def test_the_plugin_loads_without_its_libraries():
    code = (
        "import sys, forexai_saas.plugin\n"
        "sys.exit(', '.join(sorted({'sqlalchemy', 'stripe', 'numba', 'pandas'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
