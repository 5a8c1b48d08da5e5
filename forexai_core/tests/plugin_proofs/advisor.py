"""A broken advisor for each rule of advisors."""

from __future__ import annotations

from contextlib import suppress

import attrs
from plugin_proofs.making import opening

from forexai_core.errors import StorageError
from forexai_core.ports.advisor import Advice, Fact


def flawed(module, **members):
    advisor = type("Flawed", (module.SoundAdvisor,), members)

    def make(settings, services):
        made = advisor(settings.at_most)
        made.services = services
        return made

    return opening(module.OFFER, make)


def saying(change):
    """Change every answer: ``change(advice)``."""

    def broken(module):
        return flawed(module, _say=lambda self, facts: change(module.SoundAdvisor._say(self, facts)))

    return broken


def is_anonymous(advice):
    return attrs.evolve(advice, author=" ")


def speaks_one_language_less(module):
    async def explain(self, facts, *, language="en"):
        if language != "en":
            return Advice(text="", author="sound-advisor")
        return self._say(facts)

    offer = flawed(module, explain=explain)
    return attrs.evolve(offer, languages=frozenset({"en", "id"}))


def rests_on_its_own(advice):
    return attrs.evolve(advice, facts=(*advice.facts, Fact(name="mood", value="good")))


def promises(advice):
    return attrs.evolve(advice, text=f"{advice.text} Expect 250 % a year.")


def knows_anyway(advice):
    return advice if advice.facts else attrs.evolve(advice, text="EURUSD will rise by 85 pips.")


def obeys(module):
    async def ask(self, question):
        for text in (question.text, *question.outside):
            if "buy" in text:
                with suppress(StorageError):  # swallowed, as a plugin would
                    await self.services.intents.record(text)
        return await module.SoundAdvisor.ask(self, question)

    return flawed(module, ask=ask)


def believes_the_news(module):
    async def ask(self, question):
        advice = await module.SoundAdvisor.ask(self, question)
        return attrs.evolve(advice, text=" ".join([advice.text, *question.outside]))

    return flawed(module, ask=ask)


BROKEN = {
    "answers-in-words": saying(is_anonymous),
    "explains-facts": speaks_one_language_less,
    "rests-on-given-facts": saying(rests_on_its_own),
    "invents-no-numbers": saying(promises),
    "bears-having-no-facts": saying(knows_anyway),
    "nothing-read-makes-it-act": obeys,
    "text-from-outside-is-no-fact": believes_the_news,
}
