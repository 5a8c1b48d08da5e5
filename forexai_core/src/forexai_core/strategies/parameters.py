"""Parameters of strategies: declared on the class, validated once, frozen on the instance."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Mapping
from inspect import get_annotations
from operator import attrgetter
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, dataclass_transform, get_type_hints

import attrs
import numpy as np

from forexai_core.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["Param", "ParamSpec", "Parametric"]

_REQUIRED: Any = object()


@attrs.frozen(kw_only=True)
class ParamSpec:
    """What is known of one parameter.

    Attributes
    ----------
    default : object
        Its value where none is given.
    ge, gt, le, lt : float or None
        Bounds: at least, above, at most, below.
    description : str
        For forms and lists; says the unit.
    """

    default: Any = _REQUIRED
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    description: str = ""

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is _REQUIRED


def Param(  # noqa: N802 - written like a type, in the place where a default stands
    default: Any = _REQUIRED,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    description: str = "",
) -> Any:
    """Declare a parameter of a strategy, with its default and bounds.

    Parameters
    ----------
    default : object, optional
        Value where none is given; without it the parameter must be given.
    ge, gt, le, lt : float, optional
        Bounds: at least, above, at most, below.
    description : str
        For forms and lists; say the unit.

    Examples
    --------
    >>> class Breakout(Strategy):
    ...     lookback: int = Param(20, ge=2, le=500, description="Bars in the range.")
    """
    return ParamSpec(default=default, ge=ge, gt=gt, le=le, lt=lt, description=description)


def _spoken(name: str) -> str:
    """Turn ``SmaCross`` or ``sma_cross`` into ``sma-cross``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name.strip("_"))
    return re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")


def _frozen_attribute(name: str) -> property:
    def refuse(instance: object, _value: object = None) -> None:
        raise ConfigError(
            f"{type(instance).__name__}: '{name}' is a parameter and stays as it was given. Keep what changes in an "
            "attribute without annotation, set in start()."
        )

    # attrgetter reads at C speed; no identifier can collide with a key that holds a colon.
    return property(attrgetter(f"parameter:{name}"), refuse, refuse)


# No field specifiers: checkers see a specifier's default by keyword only, and it is written `Param(20)`.
@dataclass_transform(kw_only_default=True, frozen_default=True)
class Parametric:
    """Something with parameters: annotated fields of the class, given by keyword.

    Other attributes are free state. What is declared on the class without annotation is copied for each instance, so
    that two instances share none of it.

    Raises
    ------
    ConfigError
        If a parameter is unknown, missing, of the wrong type or out of bounds; every such parameter is named.
    """

    # Not a ClassVar: the protocol of strategies asks for an attribute that an instance has.
    name = ""
    """What users write; the class name in small letters unless the class says otherwise."""
    title: ClassVar[str] = ""
    """What people read."""
    description: ClassVar[str] = ""
    """What it does, in a trader's words."""

    _specs: ClassVar[Mapping[str, ParamSpec]] = MappingProxyType({})
    _model: ClassVar[type[BaseModel] | None] = None
    _state: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        declared: dict[str, ParamSpec] = {}
        own = dict(cls.__dict__)
        for field, annotation in own.get("__annotations__", {}).items():
            if field.startswith("_") or "ClassVar" in str(annotation):
                continue
            _check_field(cls, field)
            default = own.get(field, _REQUIRED)
            declared[field] = default if isinstance(default, ParamSpec) else ParamSpec(default=default)
            setattr(cls, field, _frozen_attribute(field))
        for field, value in own.items():
            if isinstance(value, ParamSpec) and field not in own.get("__annotations__", {}):
                raise ConfigError(f"{cls.__name__}: '{field}' needs an annotation, such as {field}: int = Param(…).")
        # Own parameters first: what a strategy is about stands before what all of its kind share.
        cls._specs = MappingProxyType(
            declared | {name: spec for name, spec in cls._specs.items() if name not in declared}
        )
        cls._model = None
        state = [field for field, value in own.items() if _is_state(field, value)]
        cls._state = tuple(dict.fromkeys([*cls._state, *state]))
        if "name" not in own:
            cls.name = _spoken(cls.__name__)
        if "title" not in own:
            cls.title = _spoken(cls.__name__).replace("-", " ").capitalize()
        if "description" not in own:
            cls.description = (cls.__doc__ or "").strip().split("\n\n", maxsplit=1)[0]

    def __init__(self, **parameters: Any) -> None:
        values = _validated(type(self), parameters)
        own = self.__dict__
        own["parameters:"] = values
        for field, value in values.items():
            own["parameter:" + field] = value
        for field in self._state:
            own[field] = copy.deepcopy(getattr(type(self), field))

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters, by name, in the order of their declaration."""
        return MappingProxyType(self.__dict__["parameters:"])

    @classmethod
    def settings_model(cls) -> type[BaseModel]:
        """Give the pydantic model of the parameters; it is what an offer of the strategy takes as its settings."""
        if cls._model is None:
            cls._model = _build_model(cls)
        return cls._model

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Give the JSON Schema of the parameters."""
        return cls.settings_model().model_json_schema()

    def copy(self) -> Self:
        """Make another with the same parameters, and a state of its own."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        given = ", ".join(f"{field}={value!r}" for field, value in self.parameters.items())
        return f"{type(self).__name__}({given})"


def _check_field(cls: type[Parametric], field: str) -> None:
    # pydantic is slow to load, and only who declares a strategy needs it
    from pydantic import BaseModel

    ours = any(field in vars(base) for base in cls.__mro__[1:] if base.__module__.startswith("forexai_core.strategies"))
    if (ours and field not in cls._specs) or hasattr(BaseModel, field):
        raise ConfigError(f"{cls.__name__}: a parameter cannot be called '{field}', the name is taken. Choose another.")


def _is_state(field: str, value: Any) -> bool:
    if field.startswith("__") or field in {"name", "title", "description", "_specs", "_model", "_state"}:
        return False
    return isinstance(value, list | dict | set | bytearray | np.ndarray)


def _types_of(cls: type[Parametric]) -> dict[str, Any]:
    """Resolve the annotations of the parameters, each in the module of the class that declares it."""
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        own = get_annotations(base)
        declared = SimpleNamespace(__annotations__={name: own[name] for name in own if name in cls._specs})
        try:
            module = vars(sys.modules[base.__module__])
            hints |= get_type_hints(declared, globalns=module, localns=dict(vars(base)), include_extras=True)
        except NameError as error:
            raise ConfigError(
                f"{cls.__name__}: a type is not known where the class is written: {error}. Import it at the top of "
                "the module, not inside a function."
            ) from error
    return hints


def _build_model(cls: type[Parametric]) -> type[BaseModel]:
    # pydantic is slow to load, and only who makes a strategy needs it
    from pydantic import ConfigDict, Field, create_model

    from forexai_core.ports.settings import MadeSettings  # made of pydantic too

    class Finite(MadeSettings):
        model_config = ConfigDict(allow_inf_nan=False)

    hints = _types_of(cls)
    fields: dict[str, Any] = {}
    for name, spec in cls._specs.items():
        default = ... if spec.required else spec.default
        bounds = {key: getattr(spec, key) for key in ("ge", "gt", "le", "lt") if getattr(spec, key) is not None}
        fields[name] = (hints[name], Field(default, description=spec.description or None, **bounds))
    model = create_model(f"{cls.__name__}Parameters", __base__=Finite, __module__=cls.__module__, **fields)
    model.__doc__ = f"Parameters of {cls.title}."
    return cast("type[BaseModel]", model)


def _validated(cls: type[Parametric], given: Mapping[str, Any]) -> dict[str, Any]:
    # pydantic is slow to load, and only who makes a strategy needs it
    from pydantic import ValidationError

    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in given.items()}
    settings = cls.settings_model()
    for name, value in plain.items():
        if not isinstance(value, bool):
            continue
        annotation = settings.model_fields.get(name)
        if annotation is not None and "bool" not in str(annotation.annotation):
            raise ConfigError(f"{cls.__name__}: {name} must be a number or a name, not {value}.")
    try:
        values = settings(**plain).__dict__
    except ValidationError as error:
        problems = [_problem(cls, each) for each in error.errors()]
        raise ConfigError(f"{cls.__name__}: {' '.join(problems)}") from None
    return {name: values[name] for name in cls._specs}


_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
}


def _problem(cls: type[Parametric], error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"there is no parameter '{field}'. {did_you_mean(field, cls._specs)}"
    if kind == "missing":
        return f"the parameter '{field}' must be given."
    if kind in _BOUNDS:
        limit, words = _BOUNDS[kind]
        return f"{field} must be {words} {error['ctx'][limit]}, not {value!r}."
    return f"{field} is {value!r}: {error['msg'][0].lower()}{error['msg'][1:]}."
