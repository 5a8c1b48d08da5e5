"""Checking terms of paper accounts, in a process of its own."""

from __future__ import annotations

import msgspec

from forexai_core.errors import ConfigError, DataError
from forexai_core.values.accounts import currency_digits
from forexai_core.values.catalogue import find_instrument
from reference_app.features.brokers.asked import PaperTerms, TermsChecked, TermsProblem
from reference_app.features.brokers.market import account_of, set_up
from reference_app.processes.serving import Say

__all__ = ["terms_checked"]

_BARS = 16


def terms_checked(body: bytes, _say: Say) -> bytes:
    """Say what is wrong with terms, by laying the account out with them."""
    problem = _problem(msgspec.msgpack.decode(body, type=PaperTerms))
    return msgspec.msgpack.encode(TermsChecked(problems=() if problem is None else (problem,)))


def _problem(terms: PaperTerms) -> TermsProblem | None:
    try:
        account_of(terms)
    except ConfigError as refusal:
        return TermsProblem(place="currency", message=str(refusal))
    digits = currency_digits(terms.currency)
    if terms.balance != round(terms.balance, digits):
        return TermsProblem(place="balance", message=f"Money of {terms.currency} has {digits} decimals.")
    try:
        for symbol in terms.instruments:
            find_instrument(symbol)
        set_up(terms, _BARS)
    except (ConfigError, DataError) as refusal:
        return TermsProblem(place="instruments", message=str(refusal))
    return None
