"""What users run from the top: backtests and loaded results that can write every report that ships."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import ParamSpec

from forexai_core.backtesting.loading import load_result as _load_result
from forexai_core.backtesting.result import Result
from forexai_core.backtesting.runner import backtest as _backtest
from forexai_core.ports.report import Report

__all__ = ["backtest", "load_result"]

P = ParamSpec("P")


def _report_writers() -> Mapping[str, Report]:
    from forexai_core.reports import report_writers  # slow to load: only who writes a report needs them

    return report_writers()


def _reporting(make: Callable[P, Result]) -> Callable[P, Result]:
    """Let what a function makes write the reports that ship; results know of none by themselves."""

    @wraps(make)
    def made(*args: P.args, **options: P.kwargs) -> Result:
        if options.get("reports") is None:
            options["reports"] = _report_writers
        return make(*args, **options)

    return made


backtest = _reporting(_backtest)
load_result = _reporting(_load_result)
