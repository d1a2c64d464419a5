"""The parameters of an estimator in the manner of scikit-learn: keys of the configuration, and how the program runs."""
from __future__ import annotations

from typing import Any, Mapping, Optional

from .errors import InputError
from .keys import OUTPUT, Keys, default_settings, flat, nested
from .options import plain_value
from .running import find_program

#: Parameters that are no keys of the configuration, with their defaults.
RUNNING = {"program": None, "ranks": 1, "threads": None, "launcher": None, "output": None, "progress": None}


class Parameters:
    """Parameters that can be read and set as attributes, under the short or the full names of their keys.

    A parameter that is not given has the program's default. An unknown name is an error that names the
    nearest one.
    """

    def __init__(self, parameters: Optional[Mapping[str, Any]] = None, **more: Any):
        given = _flat(parameters or {})
        for name in given.keys() & more.keys():
            raise InputError(f"{name} is given twice (give it in the dictionary or as an argument, not both)")
        self._begin({**given, **more}, {})

    def _begin(self, given: Mapping[str, Any], of_file: Mapping[str, Any]) -> None:
        """Takes the keys of a network file, and then what is given. Keys that only the file has are known too."""
        for name, default in RUNNING.items():
            object.__setattr__(self, name, given.get(name, default))
        self._keys = Keys({**of_file, **_defaults(given.get("program"), bool(of_file))})
        self._given: dict[str, Any] = {}
        self.set_params(**{key: value for key, value in of_file.items() if key != OUTPUT})
        self.set_params(**given)

    def __getattr__(self, name: str) -> Any:
        """The value of a key; Python asks only for what is not an attribute otherwise."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            key = self._keys.resolve(name, tuple(RUNNING))
        except InputError as error:
            raise AttributeError(f"{type(self).__name__} has no attribute {name} ({error})") from None
        return self._given.get(key, self._keys.defaults[key])

    def __setattr__(self, name: str, value: Any) -> None:
        is_own = name.startswith("_") or name.endswith("_") or name in RUNNING or hasattr(type(self), name)
        if is_own:
            object.__setattr__(self, name, value)
        else:
            self.set_params(**{name: value})

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Every parameter with its value, defaults included; keys under their short names."""
        keys = {short: getattr(self, key) for key, short in self._keys.short.items()}
        return {**keys, **{name: getattr(self, name) for name in RUNNING}}

    def set_params(self, **parameters: Any) -> Parameters:
        """Sets parameters by their short or full names; None stands for the default. Nothing is set if one is wrong."""
        running, keys, names = {}, {}, {}
        for name, value in parameters.items():
            if name in RUNNING or name == OUTPUT:
                running[name.rpartition(".")[2]] = value
            else:
                key = self._keys.resolve(name, tuple(RUNNING))
                if key in keys:
                    raise InputError(f"{key} is given twice, as {names[key]} and as {name} (give one of them)")
                names[key] = name
                keys[key] = self._keys.defaults[key] if value is None else plain_value(name, value)
        for name, value in running.items():
            object.__setattr__(self, name, value)
        self._given.update(keys)
        self._given = {key: value for key, value in self._given.items() if value != self._keys.defaults[key]}
        return self

    def _more_tags(self) -> dict[str, Any]:
        """The data that the estimator takes, as scikit-learn asks for it before its version 1.6."""
        return {"X_types": ["3darray"], "multioutput": True}

    def __sklearn_tags__(self) -> Any:
        """The same from version 1.6 on."""
        from sklearn.utils import InputTags, Tags, TargetTags
        return Tags(estimator_type=None, target_tags=TargetTags(required=False, multi_output=True),
                    input_tags=InputTags(two_d_array=False, three_d_array=True))

    def settings(self) -> dict[str, dict[str, Any]]:
        """The configuration: sections of those keys that differ from the program's defaults."""
        return nested(self._given)

    def __repr__(self) -> str:
        given = {self._keys.short[key]: value for key, value in self._given.items()}
        given.update({name: getattr(self, name) for name in RUNNING if getattr(self, name) != RUNNING[name]})
        words = (f"{name}={value!r}" if "." not in name else f"**{{{name!r}: {value!r}}}"
                 for name, value in sorted(given.items()))
        return f"{type(self).__name__}({', '.join(words)})"


def _flat(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of which some may be sections with keys."""
    sections = {name: value for name, value in parameters.items() if isinstance(value, Mapping)}
    return {**{name: value for name, value in parameters.items() if name not in sections}, **flat(sections)}


def _defaults(program: Optional[str], may_be_missing: bool) -> dict[str, Any]:
    try:
        return default_settings(find_program(program))
    except InputError:
        if may_be_missing and program is None:
            return {}
        raise
