"""Tables of the platform library, one subject a module, on one metadata object."""

from __future__ import annotations

from forexai_saas.storage.tables.accounts import api_keys, memberships, tenants, users
from forexai_saas.storage.tables.audit import audit_chains, audit_people, audit_records
from forexai_saas.storage.tables.billing import billing_facts, usage_counters, usage_reservations
from forexai_saas.storage.tables.guests import impersonations, invitations
from forexai_saas.storage.tables.keys import tenant_keys, user_keys
from forexai_saas.storage.tables.layout import METADATA, OPEN_TABLES
from forexai_saas.storage.tables.limits import rate_counters
from forexai_saas.storage.tables.mails import mails
from forexai_saas.storage.tables.notices import notice_choices, notices
from forexai_saas.storage.tables.signing_in import mail_tokens, recovery_codes, refresh_tokens, sessions, totp_factors
from forexai_saas.storage.tables.trading import account_grants, armed_accounts, consents, trading_accounts

__all__ = [
    "METADATA",
    "OPEN_TABLES",
    "account_grants",
    "api_keys",
    "armed_accounts",
    "audit_chains",
    "audit_people",
    "audit_records",
    "billing_facts",
    "consents",
    "impersonations",
    "invitations",
    "mail_tokens",
    "mails",
    "memberships",
    "notice_choices",
    "notices",
    "rate_counters",
    "recovery_codes",
    "refresh_tokens",
    "sessions",
    "tenant_keys",
    "tenants",
    "totp_factors",
    "trading_accounts",
    "usage_counters",
    "usage_reservations",
    "user_keys",
    "users",
]
