"""A broken command for each rule of commands."""

from __future__ import annotations

import attrs
from plugin_proofs.making import opening


def adding(module, add):
    """Change what is added: ``add(app)``."""
    flawed = type("Flawed", (module.SoundCli,), {"add_to": lambda self, app: add(app)})
    return opening(module.OFFER, lambda _settings, _services: flawed())


def loads_typer(module):
    def make(settings, services):
        import typer  # noqa: F401

        return module.OFFER.open(settings, services)

    return opening(module.OFFER, make)


def adds_another(module):
    return adding(module, lambda app: app.command("surprise")(module._pips))


def replaces_backtest(module):
    return attrs.evolve(module.OFFER, commands={"backtest": "Do it better."})


def has_no_help(module):
    return attrs.evolve(module.OFFER, commands={"sound-cli": " "})


def shows_no_example(module):
    def bare(symbol: str) -> None:
        """Say something."""

    return adding(module, lambda app: app.command("sound-cli")(bare))


def takes_any_option(module):
    def anything(symbol: str) -> None:
        """Say something. Example: forexai sound-cli EURUSD"""

    loose = {"ignore_unknown_options": True, "allow_extra_args": True}
    return adding(module, lambda app: app.command("sound-cli", context_settings=loose)(anything))


BROKEN = {
    "opening-costs-nothing": loads_typer,
    "adds-what-it-declares": adds_another,
    "takes-no-name-of-the-core": replaces_backtest,
    "lists-help": has_no_help,
    "every-command-helps": shows_no_example,
    "wrong-use-ends-with-two": takes_any_option,
}
