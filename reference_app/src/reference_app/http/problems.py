"""Errors as problem details (RFC 9457): the one table from an error to its status."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from forexai_core import errors
from forexai_saas.errors import AccountError

__all__ = [
    "ACCOUNT_STATUS",
    "MEDIA_TYPE",
    "STATUS",
    "Problem",
    "answer_account_error",
    "answer_error",
    "answer_http_error",
    "answer_surprise",
    "answer_too_deep",
    "problem_name",
    "status_of",
]

_LOG = logging.getLogger(__name__)

STATUS: Mapping[type[errors.ForexAIError], HTTPStatus] = MappingProxyType(
    {
        errors.ForexAIError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.ConfigError: HTTPStatus.BAD_REQUEST,
        errors.PluginError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.PluginConflictError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.PluginMissingError: HTTPStatus.NOT_FOUND,
        errors.PluginContractError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.DataError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.DataGapError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.DataShapeError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.DataFormatError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.RateError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.TradingError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.OrderRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.BrokerError: HTTPStatus.BAD_GATEWAY,
        errors.BrokerUnreachableError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.OrderRejectedError: HTTPStatus.UNPROCESSABLE_ENTITY,
        errors.OrderStateUnknownError: HTTPStatus.BAD_GATEWAY,
        errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
        errors.ConflictError: HTTPStatus.CONFLICT,
        errors.FencedError: HTTPStatus.CONFLICT,
        errors.IntegrityError: HTTPStatus.INTERNAL_SERVER_ERROR,
        errors.NotFoundError: HTTPStatus.NOT_FOUND,
        errors.BillingError: HTTPStatus.CONFLICT,
        errors.QuotaExceededError: HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""The status of every error of the core; no error carries one itself."""

ACCOUNT_STATUS: Mapping[str, HTTPStatus] = MappingProxyType(
    {
        "account.archived": HTTPStatus.CONFLICT,
        "account.name": HTTPStatus.UNPROCESSABLE_ENTITY,
        "account.terms": HTTPStatus.UNPROCESSABLE_ENTITY,
        "account.unarmed": HTTPStatus.CONFLICT,
        "account.unknown": HTTPStatus.NOT_FOUND,
        "audit.head": HTTPStatus.UNPROCESSABLE_ENTITY,
        "admin.homeless": HTTPStatus.CONFLICT,
        "admin.oneself": HTTPStatus.CONFLICT,
        "admin.reason": HTTPStatus.UNPROCESSABLE_ENTITY,
        "api-key.account": HTTPStatus.UNPROCESSABLE_ENTITY,
        "api-key.life": HTTPStatus.UNPROCESSABLE_ENTITY,
        "api-key.live": HTTPStatus.UNPROCESSABLE_ENTITY,
        "api-key.name": HTTPStatus.UNPROCESSABLE_ENTITY,
        "api-key.networks": HTTPStatus.UNPROCESSABLE_ENTITY,
        "api-key.refused": HTTPStatus.UNAUTHORIZED,
        "api-key.scopes": HTTPStatus.UNPROCESSABLE_ENTITY,
        "backtest.many": HTTPStatus.TOO_MANY_REQUESTS,
        "backtest.parameters": HTTPStatus.UNPROCESSABLE_ENTITY,
        "backtest.running": HTTPStatus.CONFLICT,
        "backtest.strategy": HTTPStatus.UNPROCESSABLE_ENTITY,
        "backtest.unfinished": HTTPStatus.CONFLICT,
        "billing.reduce-only": HTTPStatus.FORBIDDEN,
        "consent.missing": HTTPStatus.FORBIDDEN,
        "consent.outdated": HTTPStatus.CONFLICT,
        "cursor.wrong": HTTPStatus.BAD_REQUEST,
        "email.wrong": HTTPStatus.UNPROCESSABLE_ENTITY,
        "grant.missing": HTTPStatus.FORBIDDEN,
        "idempotency.key": HTTPStatus.BAD_REQUEST,
        "idempotency.other": HTTPStatus.CONFLICT,
        "idempotency.unfinished": HTTPStatus.CONFLICT,
        "impersonation.ended": HTTPStatus.UNAUTHORIZED,
        "impersonation.reads": HTTPStatus.FORBIDDEN,
        "impersonation.reason": HTTPStatus.UNPROCESSABLE_ENTITY,
        "invitation.refused": HTTPStatus.GONE,
        "key.reach": HTTPStatus.FORBIDDEN,
        "language.unknown": HTTPStatus.UNPROCESSABLE_ENTITY,
        "link.password": HTTPStatus.FORBIDDEN,
        "link.refused": HTTPStatus.GONE,
        "login-link.refused": HTTPStatus.GONE,
        "member.last-owner": HTTPStatus.CONFLICT,
        "member.there": HTTPStatus.CONFLICT,
        "member.unknown": HTTPStatus.NOT_FOUND,
        "mode.mixed": HTTPStatus.CONFLICT,
        "name.wrong": HTTPStatus.UNPROCESSABLE_ENTITY,
        "notice.needed": HTTPStatus.CONFLICT,
        "notice.topic": HTTPStatus.NOT_FOUND,
        "order.refused": HTTPStatus.UNPROCESSABLE_ENTITY,
        "order.wrong": HTTPStatus.UNPROCESSABLE_ENTITY,
        "origin.refused": HTTPStatus.FORBIDDEN,
        "password.common": HTTPStatus.UNPROCESSABLE_ENTITY,
        "password.long": HTTPStatus.UNPROCESSABLE_ENTITY,
        "password.personal": HTTPStatus.UNPROCESSABLE_ENTITY,
        "password.short": HTTPStatus.UNPROCESSABLE_ENTITY,
        "password.wrong": HTTPStatus.FORBIDDEN,
        "permission.missing": HTTPStatus.FORBIDDEN,
        "platform-admin.trades": HTTPStatus.FORBIDDEN,
        "prices.empty": HTTPStatus.UNPROCESSABLE_ENTITY,
        "prices.large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "prices.there": HTTPStatus.CONFLICT,
        "prices.unready": HTTPStatus.CONFLICT,
        "rate.limited": HTTPStatus.TOO_MANY_REQUESTS,
        "second-factor.needed": HTTPStatus.FORBIDDEN,
        "second-factor.old": HTTPStatus.FORBIDDEN,
        "second-factor.there": HTTPStatus.CONFLICT,
        "second-factor.wrong": HTTPStatus.FORBIDDEN,
        "session.ended": HTTPStatus.UNAUTHORIZED,
        "session.reused": HTTPStatus.UNAUTHORIZED,
        "sign-in.refused": HTTPStatus.UNAUTHORIZED,
        "sign-in.unverified": HTTPStatus.FORBIDDEN,
        "step-up.needed": HTTPStatus.FORBIDDEN,
        "strategy.changed": HTTPStatus.CONFLICT,
        "strategy.name": HTTPStatus.UNPROCESSABLE_ENTITY,
        "strategy.there": HTTPStatus.CONFLICT,
        "strategy.wrong": HTTPStatus.UNPROCESSABLE_ENTITY,
        "tenant.closed": HTTPStatus.FORBIDDEN,
        "tenant.suspended": HTTPStatus.FORBIDDEN,
        "tenant.unclear": HTTPStatus.BAD_REQUEST,
        "tenant.unknown": HTTPStatus.NOT_FOUND,
        "user.unknown": HTTPStatus.NOT_FOUND,
        "work.busy": HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""The status of every refusal about accounts, by its code; one that is new and not listed yet is answered 422."""

MEDIA_TYPE = "application/problem+json"
_BEYOND = HTTPStatus.INTERNAL_SERVER_ERROR


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem, as RFC 9457 has it.

    Attributes
    ----------
    type : str
        Which kind: ``urn:forexai:quota-exceeded``; ``about:blank`` where the status says all.
    title : str
        The kind in words.
    status : int
        Of the answer.
    detail : str
        What is wrong here, and the remedy.
    instance : str
        The path that was asked for.
    code : str
        Of a refusal, for programs, and for pages that say it in the reader's language: ``sign-in.refused``.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    code: str = ""


def status_of(error: errors.ForexAIError) -> HTTPStatus:
    """Give the status of an error, by the nearest kind in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_name(kind: type[errors.ForexAIError]) -> str:
    """Give the name of a kind of error: ``quota-exceeded``."""
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
    return words.replace("-forex-a-i", "-forexai").strip("-").removesuffix("-error")


def answer_error(request: Request[Any, Any, Any], error: errors.ForexAIError) -> Response[Problem]:
    """Answer an error that the core raised on purpose. What went wrong inside is logged, not shown."""
    status = status_of(error)
    detail = str(error)
    if status >= _BEYOND:
        _LOG.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            detail = "Something is wrong inside the platform; its log says what."
    name = problem_name(type(error))
    title = name.replace("-", " ").capitalize()
    return _answer(
        request, Problem(type=f"urn:forexai:{name}", title=title, status=status, detail=detail, instance=_path(request))
    )


def answer_account_error(request: Request[Any, Any, Any], error: AccountError) -> Response[Problem]:
    """Answer a refusal about an account, by its code."""
    status = ACCOUNT_STATUS.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    headers = {}
    if error.retry_after_s > 0:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    problem = Problem(
        type=f"urn:forexai:{error.code}",
        title=error.code.replace(".", ": ").replace("-", " ").capitalize(),
        status=status,
        detail=str(error),
        instance=_path(request),
        code=error.code,
    )
    return _answer(request, problem, headers)


def answer_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the framework found wrong with a request."""
    status = HTTPStatus(error.status_code)
    if status >= _BEYOND:
        return answer_surprise(request, error)
    extra = error.extra if isinstance(error.extra, list) else []
    wrong = [f"{each.get('key', 'request')}: {each.get('message', 'not right')}" for each in extra]
    detail = "; ".join([*wrong]) or (error.detail if error.detail != status.phrase else "")
    headers = dict(error.headers or {})
    problem = Problem(title=status.phrase, status=status, detail=detail, instance=_path(request))
    return _answer(request, problem, headers)


def answer_surprise(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer what nobody expected: it is logged, and its words are not shown."""
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    problem = Problem(
        title=_BEYOND.phrase,
        status=_BEYOND,
        detail="Something is wrong inside the platform; its log says what.",
        instance=_path(request),
    )
    return _answer(request, problem)


def answer_too_deep(request: Request[Any, Any, Any], error: RecursionError) -> Response[Problem]:
    """Answer a body that is nested deeper than it can be read; what runs too deep elsewhere is a surprise."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code.co_name != "decode_json":
        return answer_surprise(request, error)
    wrong = HTTPStatus.BAD_REQUEST
    detail = "The body of the request is nested too deep."
    return _answer(request, Problem(title=wrong.phrase, status=wrong, detail=detail, instance=_path(request)))


def _path(request: Request[Any, Any, Any]) -> str:
    return str(request.url.path)


def _answer(
    _request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str] | None = None
) -> Response[Problem]:
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
