"""The modes of all modules of a model: which are in train and which in eval, told in few words."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from traindx.recorder.description import core_of

Word = Literal["train", "eval", "mixed"]
NAMES = 10
"""Names that are listed of the modules that differ from the root."""


class ModeMap:
    """Holds a model's modules weakly, so that their modes can be looked at in a few microseconds."""

    def __init__(self, model: Any) -> None:
        named = [(name.replace("_orig_mod.", ""), module) for name, module in core_of(model).named_modules()]
        self._model = weakref.ref(model)
        self._names = [name for name, _ in named]
        self._kinds = [type(module).__name__ for _, module in named]
        self._modules = [weakref.ref(module) for _, module in named]

    def is_of(self, model: Any) -> bool:
        """Whether this is the map of `model`."""
        return self._model() is model

    def modes(self) -> tuple[bool | None, ...]:
        """`training` of each module, None of one that is gone."""
        return tuple([None if (m := module()) is None else m.training for module in self._modules])

    def described(self, modes: Sequence[bool | None]) -> dict[str, Any]:
        """`mode` (train, eval, mixed), the modules that differ from the root, and [in train, in eval] by kind of norm and dropout.

        Of a module that differs its children are left out where they differ alike.
        """
        root = modes[0]
        differing = [
            name for name, mode in zip(self._names, modes, strict=True) if mode is not None and mode is not root
        ]
        described: dict[str, Any] = {"mode": word(modes), "root": "train" if root else "eval"}
        if differing:
            known = set(differing)
            outermost = [name for name in differing if name.rpartition(".")[0] not in known]
            described |= {"differing": len(differing), "names": outermost[:NAMES]}
        counts: Counter[tuple[str, bool]] = Counter()
        counts.update((k, bool(m)) for k, m in zip(self._kinds, modes, strict=True) if "Norm" in k or "Drop" in k)
        kinds = sorted({kind for kind, _ in counts})[:NAMES]
        return described | {"kinds": {kind: [counts[kind, True], counts[kind, False]] for kind in kinds}}


def word(modes: Sequence[bool | None]) -> Word:
    """All in train, all in eval, or mixed."""
    return "mixed" if True in modes and False in modes else "eval" if False in modes else "train"
