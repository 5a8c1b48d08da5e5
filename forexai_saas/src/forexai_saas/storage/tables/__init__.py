"""Tables of the platform library, one subject a module, on one metadata object."""

from __future__ import annotations

from forexai_saas.storage.tables.accounts import api_keys, memberships, tenants, users
from forexai_saas.storage.tables.audit import audit_chains, audit_people, audit_records
from forexai_saas.storage.tables.billing import billing_facts, usage_counters, usage_reservations
from forexai_saas.storage.tables.keys import tenant_keys, user_keys
from forexai_saas.storage.tables.layout import METADATA, OPEN_TABLES
from forexai_saas.storage.tables.limits import rate_counters
from forexai_saas.storage.tables.mails import mails
from forexai_saas.storage.tables.signing_in import mail_tokens, recovery_codes, refresh_tokens, sessions, totp_factors

__all__ = [
    "METADATA",
    "OPEN_TABLES",
    "api_keys",
    "audit_chains",
    "audit_people",
    "audit_records",
    "billing_facts",
    "mail_tokens",
    "mails",
    "memberships",
    "rate_counters",
    "recovery_codes",
    "refresh_tokens",
    "sessions",
    "tenant_keys",
    "tenants",
    "totp_factors",
    "usage_counters",
    "usage_reservations",
    "user_keys",
    "users",
]
