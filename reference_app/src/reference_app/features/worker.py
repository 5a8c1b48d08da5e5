"""What a process that computes runs: ``python -m reference_app.features.worker``."""

from __future__ import annotations

import logging

from reference_app.features.backtests.working import run
from reference_app.features.brokers.working import terms_checked
from reference_app.features.data.working import checked
from reference_app.features.strategies.opening import parameters_checked
from reference_app.features.strategies.working import offered, validated
from reference_app.features.trading.working import PaperDesk
from reference_app.processes.serving import serve_tasks

__all__ = ["main"]


def main() -> None:
    """Do tasks until the application is gone."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    serve_tasks(
        {
            "strategies.offered": offered,
            "strategies.validated": validated,
            "strategies.parameters": parameters_checked,
            "data.checked": checked,
            "backtests.run": run,
            "brokers.terms": terms_checked,
            "trading.asked": PaperDesk().answer,
        }
    )


if __name__ == "__main__":
    main()
