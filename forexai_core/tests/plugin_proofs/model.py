"""A broken model for each rule of models."""

from __future__ import annotations

import base64
import json
import pickle

import numpy as np
from plugin_proofs.making import opening

from forexai_core.errors import DataShapeError


def flawed(module, *, model=None, **members):
    """A learner with members of its own, whose models have those of ``model``."""
    trained = type("FlawedModel", (module.TrainedSoundModel,), model or {})
    sound = module.SoundModelLearner

    def as_flawed(made):
        return trained(made.features, made.classes, made._prior, made._mean, made._variance)

    def fit(self, rows, labels, *, features, seed):
        return as_flawed(sound.fit(self, rows, labels, features=features, seed=seed))

    def load(self, data):
        return as_flawed(sound.load(self, data))

    learner = type("FlawedLearner", (sound,), {"fit": fit, "load": load, **members})
    return opening(module.OFFER, lambda settings, _services: learner(settings.smoothing))


def predicting(change):
    """Change the probabilities: ``change(sound, rows)``."""

    def broken(module):
        def predict(self, rows):
            return change(lambda wanted: module.TrainedSoundModel.predict(self, wanted), rows)

        return flawed(module, model={"predict": predict})

    return broken


def forgets_its_features(module):
    return flawed(module, model={"features": property(lambda self: ("a", "b", "c"), lambda self, value: None)})


def gives_scores(sound, rows):
    return sound(rows) * 1.5


def ranks_within_the_batch(sound, rows):
    answer = sound(rows) + 0.01 * np.arange(len(rows))[:, None] * np.array([1.0, 0.0])
    return answer / answer.sum(axis=1, keepdims=True)


def knows_nothing(sound, rows):
    return np.full_like(sound(rows), 0.5)


def draws_at_random(module):
    def fit(self, rows, labels, *, features, seed):
        chosen = np.random.default_rng().integers(0, len(rows), len(rows))
        return module.SoundModelLearner.fit(self, rows[chosen], labels[chosen], features=features, seed=seed)

    return flawed(module, fit=fit)


def trains_in_place(module):
    def fit(self, rows, labels, *, features, seed):
        made = module.SoundModelLearner.fit(self, rows, labels, features=features, seed=seed)
        first = self.__dict__.setdefault("first", made)
        first._mean[:] = made._mean
        return first

    return flawed(module, fit=fit)


def scales_in_place(module):
    def fit(self, rows, labels, *, features, seed):
        rows *= 2.0
        return module.SoundModelLearner.fit(self, rows, labels, features=features, seed=seed)

    return flawed(module, fit=fit)


def takes_fewer_columns(module):
    def predict(self, rows):
        if rows.shape[1] < len(self.features):
            rows = np.hstack([rows, np.zeros((len(rows), len(self.features) - rows.shape[1]))])
        return module.TrainedSoundModel.predict(self, rows)

    return flawed(module, model={"predict": predict})


def rounds_when_stored(module):
    def dump(self):
        kept = self._mean
        self._mean = np.round(self._mean, 1)
        try:
            return module.TrainedSoundModel.dump(self)
        finally:
            self._mean = kept

    return flawed(module, model={"dump": dump})


def pickles(module):
    def dump(self):
        body = pickle.dumps((self.features, self.classes, self._prior, self._mean, self._variance))
        return b"model:" + base64.b64encode(body)

    def load(self, data):
        return module.TrainedSoundModel(*pickle.loads(base64.b64decode(data.removeprefix(b"model:"))))

    return flawed(module, model={"dump": dump}, load=load)


def trusts_its_bytes(module):
    def load(self, data):
        read = json.loads(data.partition(b"\n")[2])
        if not read:
            raise DataShapeError("Nothing in it.")
        arrays = (np.array(read[name]) for name in ("prior", "mean", "variance"))
        return module.TrainedSoundModel(tuple(read["features"]), tuple(read["classes"]), *arrays)

    return flawed(module, load=load)


BROKEN = {
    "names-features-and-classes": forgets_its_features,
    "gives-probabilities": predicting(gives_scores),
    "rows-stand-alone": predicting(ranks_within_the_batch),
    "learns-what-is-plain": predicting(knows_nothing),
    "a-seed-repeats-itself": draws_at_random,
    "a-model-does-not-change": trains_in_place,
    "inputs-are-left-alone": scales_in_place,
    "wrong-columns-are-refused": takes_fewer_columns,
    "storage-keeps-the-model": rounds_when_stored,
    "nothing-executable-is-stored": pickles,
    "spoiled-bytes-are-refused": trusts_its_bytes,
}
