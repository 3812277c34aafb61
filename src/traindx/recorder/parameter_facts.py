"""How a model's parameters are held: by no optimizer, by two, twice, under two names, and with which weight decay."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from traindx.recorder.description import core_of, held
from traindx.recorder.measure import is_lazy

NAMES = 20
"""Names of each sort that are listed; the counts are over all."""


def parameter_facts(root: Any, optimizers: Sequence[Any | None]) -> dict[str, Any]:
    """Counts, and the odd ones by name: `unheld` (trainable, in no optimizer), `several` (in several optimizers or several
    times in one), `tied` (one tensor under several names), `foreign` (held by an optimizer and not in the model, with the
    model's unheld parameter of that shape where there is one: the model was changed after the optimizer was built),
    `frozen_held` (held though not trainable); `decay`: how many parameters of each kind have which weight decay.
    """
    names: dict[int, list[str]] = defaultdict(list)
    own: dict[int, Any] = {}
    kinds: dict[int, str] = {}
    for module_name, module in core_of(root).named_modules():
        for name, parameter in module._parameters.items():
            if parameter is not None:
                full = f"{module_name}.{name}" if module_name else name
                names[id(parameter)].append(full.replace("_orig_mod.", ""))
                own[id(parameter)] = parameter
                kinds.setdefault(id(parameter), kind_of(module, name, parameter))
    holders = Counter(id(p) for o in optimizers for p in held(o))
    trainable = [key for key, p in own.items() if p.requires_grad]
    unheld = [key for key in trainable if key not in holders]
    facts: dict[str, Any] = {
        "parameters": len(own),
        "trainable": len(trainable),
        "elements": sum(_size(p) for p in own.values()),
        "trainable_elements": sum(_size(own[key]) for key in trainable),
    }
    lists: dict[str, list[Any]] = {
        "unheld": [names[key][0] for key in unheld],
        "frozen_held": [names[key][0] for key, p in own.items() if not p.requires_grad and key in holders],
        "several": [names[key][0] for key, times in holders.items() if times > 1 and key in own],
        "tied": [found for found in names.values() if len(found) > 1],
        "foreign": list(_foreign(optimizers, own, {names[key][0]: own[key] for key in unheld})),
    }
    for name, found in lists.items():
        if found:
            facts[name] = {"count": len(found), "names": [_short(entry) for entry in found[:NAMES]]}
    return facts | {"decay": _decays(optimizers, kinds)}


def kind_of(module: Any, name: str, parameter: Any) -> str:
    """`norm`, `bias`, `embedding` or `weight`."""
    if "Norm" in type(module).__name__:
        return "norm"
    if name.endswith("bias"):
        return "bias"
    return "embedding" if "Embedding" in type(module).__name__ else "scale" if parameter.dim() < 2 else "weight"


def _foreign(optimizers: Sequence[Any | None], own: dict[int, Any], unheld: dict[str, Any]) -> Iterable[dict[str, Any]]:
    free = dict(unheld)
    for number, optimizer in enumerate(optimizers):
        for at, parameter in enumerate(held(optimizer)):
            if id(parameter) not in own:
                like = next((name for name, p in free.items() if p.shape == parameter.shape), None)
                free.pop(like or "", None)
                entry = {"optimizer": number, "at": at, "shape": list(parameter.shape)[:8]}
                yield entry | ({"like": like} if like else {})


def _decays(optimizers: Sequence[Any | None], kinds: dict[int, str]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for optimizer in optimizers:
        for group in [] if optimizer is None else optimizer.param_groups:
            decay = group.get("weight_decay", 0.0)
            word = f"{decay:g}" if isinstance(decay, (int, float)) else "unknown"
            for parameter in group["params"]:
                if id(parameter) in kinds:
                    found[kinds[id(parameter)]][word] += 1
    return {kind: dict(counts.most_common(NAMES)) for kind, counts in found.items()}


def _short(entry: Any) -> Any:
    return entry[:4] if isinstance(entry, list) else entry


def _size(parameter: Any) -> int:
    return 0 if is_lazy(parameter) else int(parameter.numel())
