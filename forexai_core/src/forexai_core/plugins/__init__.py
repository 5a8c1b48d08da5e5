"""Finding plugins and what they offer. There is no global registry: whoever assembles calls :func:`discover`."""

from __future__ import annotations

from forexai_core.plugins.diagnoses import Diagnosis, DiagnosisCode, DiagnosisLevel, Origin
from forexai_core.plugins.discovery import OFFER_TYPES, discover
from forexai_core.plugins.registry import Listed, OfferMap, Plugins, list_plugins

__all__ = [
    "OFFER_TYPES",
    "Diagnosis",
    "DiagnosisCode",
    "DiagnosisLevel",
    "Listed",
    "OfferMap",
    "Origin",
    "Plugins",
    "discover",
    "list_plugins",
]
