"""What every model keeps: probabilities, rows on their own, seeds, and storage without code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataShapeError, ForexAIError
from forexai_core.ports.model import Learner, Model, ModelOffer
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.guards import unpickling
from forexai_core.testing.offer_rules import OFFER_RULES

__all__ = ["MODEL_SUITE", "ModelConformance"]

BOOK = RuleBook()
_FEATURES = ("momentum", "noise", "width")
_ROWS = 400
_PICKLE_HEADS = tuple(b"\x80" + bytes([version]) for version in range(2, 6))
_EASY = 0.8

Floats = NDArray[np.float64]


def _classes(subject: Subject) -> tuple[int, ...]:
    offer = subject.offer
    declared = offer.classes if isinstance(offer, ModelOffer) else ()
    return tuple(declared[:2]) if len(declared) >= 2 else (-1, 1)


def _lesson(subject: Subject, seed: int = 3) -> tuple[Floats, NDArray[np.int64]]:
    """Give rows of which the first column alone decides the class."""
    chance = np.random.default_rng(seed)
    rows = chance.standard_normal((_ROWS, len(_FEATURES)))
    low, high = _classes(subject)
    return rows, np.where(rows[:, 0] > 0, high, low).astype(np.int64)


def _fit(subject: Subject, learner: Learner | None = None, *, seed: int = 5, lesson: int = 3) -> Model:
    rows, labels = _lesson(subject, lesson)
    teacher: Learner = subject.open() if learner is None else learner
    model: object = teacher.fit(rows, labels, features=_FEATURES, seed=seed)
    if not isinstance(model, Model):
        raise ConformanceFailure(
            f"fit() gave a {type(model).__name__}.", "Return what forexai_core.ports.model.Model asks."
        )
    return model


def _predict(model: Model, rows: Floats) -> Floats:
    answer: object = model.predict(rows)
    shape = (len(rows), len(model.classes))
    if not isinstance(answer, np.ndarray) or answer.dtype != np.float64 or answer.shape != shape:
        raise ConformanceFailure(
            f"predict() gave {getattr(answer, 'dtype', type(answer).__name__)} of shape "
            f"{getattr(answer, 'shape', None)}; float64 of {shape} is asked.",
            "One row a row, one column a class.",
        )
    return answer


@BOOK.rule()
def names_features_and_classes(subject: Subject) -> None:
    """A model names the features that it was trained on, in their order, and its classes, each once."""
    model = _fit(subject)
    if tuple(model.features) != _FEATURES:
        raise ConformanceFailure(f"it was trained on {_FEATURES} and names {model.features}.", "Keep the names.")
    if len(set(model.classes)) != len(model.classes) or not set(_classes(subject)) <= set(model.classes):
        raise ConformanceFailure(f"it learned {_classes(subject)} and names {model.classes}.", "Name its labels.")


@BOOK.rule()
def gives_probabilities(subject: Subject) -> None:
    """Each row of predict() lies within 0 to 1 and sums to 1, for rows without numbers too."""
    model = _fit(subject)
    rows = _lesson(subject, 4)[0]
    rows[7, 1] = np.nan
    answer = _predict(model, rows)
    if not np.all((answer >= 0) & (answer <= 1)) or not np.allclose(answer.sum(axis=1), 1.0, rtol=0, atol=1e-9):
        raise ConformanceFailure("a row is no distribution.", "Give probabilities that sum to 1; bear NaN features.")


@BOOK.rule()
def rows_stand_alone(subject: Subject) -> None:
    """A row is predicted alike alone, in another order, and among others."""
    model = _fit(subject)
    rows = _lesson(subject, 4)[0][:50]
    together = _predict(model, rows)
    alone = np.concatenate([_predict(model, rows[number : number + 1]) for number in range(len(rows))])
    backwards = _predict(model, rows[::-1].copy())[::-1]
    if not np.array_equal(together, alone) or not np.array_equal(together, backwards):
        raise ConformanceFailure(
            "a row's probabilities depend on the rows beside it.", "Normalise with figures of the training, only."
        )


@BOOK.rule()
def learns_what_is_plain(subject: Subject) -> None:
    """Where one feature alone decides the class, four of five unseen rows are right."""
    model = _fit(subject)
    rows, labels = _lesson(subject, 4)
    guessed = np.array(model.classes)[np.argmax(_predict(model, rows), axis=1)]
    right = float(np.mean(guessed == labels))
    if right < _EASY:
        raise ConformanceFailure(
            f"{100 * right:.0f} % of plain cases are right.", "Check the order of classes and features."
        )


@BOOK.rule()
def a_seed_repeats_itself(subject: Subject) -> None:
    """The same rows, labels and seed give the same model."""
    rows = _lesson(subject, 4)[0]
    if not np.array_equal(_predict(_fit(subject), rows), _predict(_fit(subject), rows)):
        raise ConformanceFailure("two trainings with one seed differ.", "Draw every random number from the seed.")


@BOOK.rule()
def a_model_does_not_change(subject: Subject) -> None:
    """Training another model leaves the first as it was."""
    learner: Learner = subject.open()
    model = _fit(subject, learner)
    rows = _lesson(subject, 4)[0]
    before = _predict(model, rows).copy()
    _fit(subject, learner, seed=6, lesson=9)
    if not np.array_equal(before, _predict(model, rows)):
        raise ConformanceFailure("a second training changed the first model.", "Make a new model in fit().")


@BOOK.rule()
def inputs_are_left_alone(subject: Subject) -> None:
    """fit() and predict() do not write into what they were given."""
    rows, labels = _lesson(subject)
    copies = rows.copy(), labels.copy()
    learner: Learner = subject.open()
    learner.fit(rows, labels, features=_FEATURES, seed=5).predict(rows)
    if not np.array_equal(rows, copies[0]) or not np.array_equal(labels, copies[1]):
        raise ConformanceFailure("it wrote into the rows that it was given.", "Copy before changing.")


@BOOK.rule()
def wrong_columns_are_refused(subject: Subject) -> None:
    """Rows with another number of columns are a DataShapeError, in training and in use."""
    model = _fit(subject)
    rows, labels = _lesson(subject)
    learner: Learner = subject.open()
    tries: dict[str, Callable[[], object]] = {
        "predict() with a column too few": lambda: model.predict(rows[:, :-1].copy()),
        "fit() with a name too few": lambda: learner.fit(rows, labels, features=_FEATURES[:-1], seed=1),
        "fit() with a label too few": lambda: learner.fit(rows, labels[:-1], features=_FEATURES, seed=1),
    }
    for action, attempt in tries.items():
        try:
            attempt()
        except DataShapeError:
            continue
        except Exception as problem:
            raise ConformanceFailure(
                f"{action} raised {type(problem).__name__} instead of DataShapeError.", "Check the shapes first."
            ) from problem
        raise ConformanceFailure(f"{action} was taken.", "Raise DataShapeError.")


@BOOK.rule()
def storage_keeps_the_model(subject: Subject) -> None:
    """What dump() wrote, load() of another opening reads, with the same names and probabilities."""
    model = _fit(subject)
    learner: Learner = subject.open()
    data: object = model.dump()
    if not isinstance(data, bytes):
        raise ConformanceFailure(f"dump() gave a {type(data).__name__}.", "Return bytes.")
    again = learner.load(data)
    rows = _lesson(subject, 4)[0]
    same_names = (tuple(again.features), tuple(again.classes)) == (tuple(model.features), tuple(model.classes))
    if not same_names or not np.array_equal(_predict(model, rows), _predict(again, rows)):
        raise ConformanceFailure(
            "the model that was read differs from the one that was written.", "Write names, classes and every number."
        )


@BOOK.rule()
def nothing_executable_is_stored(subject: Subject) -> None:
    """dump() and load() use no pickle or its kin: nothing that executes is loaded from data."""
    model = _fit(subject)
    learner: Learner = subject.open()
    with unpickling() as used:
        data = model.dump()
        learner.load(data)
    if used or data.startswith(_PICKLE_HEADS):
        raise ConformanceFailure(
            f"it stores a pickle{' (' + used[0] + ')' if used else ''}.",
            "Write numbers: JSON, arrays without objects, or the library's own text format.",
        )


@BOOK.rule()
def spoiled_bytes_are_refused(subject: Subject) -> None:
    """Bytes that are no such model, or a part of one, are a ForexAIError and nothing else."""
    data = _fit(subject).dump()
    learner: Learner = subject.open()
    for name, spoiled in {"no bytes": b"", "noise": b"\x00\xff" * 40, "half a model": data[: len(data) // 2]}.items():
        try:
            learner.load(spoiled)
        except ForexAIError:
            continue
        except Exception as problem:
            raise ConformanceFailure(
                f"load() of {name} raised {type(problem).__name__}.", "Raise IntegrityError."
            ) from problem
        raise ConformanceFailure(f"load() took {name} for a model.", "Store a checksum, and raise IntegrityError.")


MODEL_SUITE = Suite(kind="model", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for models."""


class ModelConformance(Conformance):
    """Tests of a kind of model."""

    suite = MODEL_SUITE
