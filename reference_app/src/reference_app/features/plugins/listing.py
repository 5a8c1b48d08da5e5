"""The list of what plugins offer, which a process of its own makes."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from typing import final

import msgspec

from forexai_core.errors import PluginError
from forexai_core.plugins import Plugins, list_plugins
from reference_app.features.plugins.schemas import Offered, PluginList
from reference_app.settings import AppSettings

__all__ = ["OfferListing", "Question", "listed"]

_LOG = logging.getLogger(__name__)
_TIMEOUT_S = 300.0
_ASKING = "reference_app.features.plugins.asking"


class Question(msgspec.Struct, frozen=True):
    """Which plugins are asked."""

    disabled: tuple[str, ...]
    required: tuple[str, ...]


def listed(plugins: Plugins) -> PluginList:
    """List what plugins offer, by kind and name."""
    items = tuple(
        Offered(
            kind=each.kind,
            name=each.name,
            title=each.title,
            summary=each.summary,
            plugin=each.plugin,
            distribution=each.distribution,
            version=each.version,
            tier=each.tier,
            asset_classes=each.asset_classes,
        )
        for each in list_plugins(plugins)
    )
    return PluginList(items=items, problems=len(plugins.errors))


@final
class OfferListing:
    """Lists what plugins offer.

    Some answers load compiled code and data frames, hundreds of MiB that a server of requests has no use for: another
    process asks once, and its answer is kept.

    Parameters
    ----------
    settings : AppSettings
        Which plugins are left out, and which must be there.
    given : Plugins, optional
        A discovery that was handed over: it is asked here.
    """

    def __init__(self, settings: AppSettings, given: Plugins | None) -> None:
        self._question = Question(disabled=settings.disabled_plugins, required=settings.required_plugins)
        self._given = given
        self._asking: asyncio.Task[PluginList] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def problems(self) -> int:
        """How many findings are known so far; those of offers that were not asked for yet are none."""
        done = self._asking is not None and self._asking.done() and not self._asking.cancelled()
        if self._asking is None or not done or self._asking.exception() is not None:
            return 0
        return self._asking.result().problems

    async def start(self) -> None:
        """Begin to ask, and where plugins are required wait for the answer.

        Raises
        ------
        PluginError
            If a required plugin is missing or broken.
        """
        if self._question.required:
            await self.read()
        elif self._given is None:
            self._begin()

    async def stop(self) -> None:
        """Wait no longer for an answer, and end the process that makes it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def read(self) -> PluginList:
        """Give the list; whoever asks while it is made waits for it.

        Raises
        ------
        PluginError
            If the process failed; the next who asks starts another.
        """
        if self._given is not None:
            return listed(self._given)
        asking = self._begin()
        try:
            return await asyncio.shield(asking)
        except PluginError:
            if self._asking is asking:
                self._asking = None
            raise

    def _begin(self) -> asyncio.Task[PluginList]:
        if self._asking is None:
            self._asking = asyncio.create_task(asyncio.to_thread(self._ask), name="forexai-offers")
        return self._asking

    def _ask(self) -> PluginList:
        ended = 0
        try:
            with subprocess.Popen(  # noqa: S603 - our own module, nothing of a request in it
                [sys.executable, "-m", _ASKING],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as process:
                self._process = process
                try:
                    answer, words = process.communicate(msgspec.json.encode(self._question), timeout=_TIMEOUT_S)
                except BaseException:
                    process.kill()
                    raise
            ended = process.returncode
            if ended == 0:
                return msgspec.json.decode(answer, type=PluginList)
            problem = words.decode(errors="replace").strip()
        except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as failure:
            problem = str(failure)
        _LOG.error("asking the plugins failed: %s", problem or ended)
        last = problem.splitlines()[-1] if problem else f"the process ended with {ended}"
        raise PluginError(f"The plugins could not be asked for what they offer: {last}")
