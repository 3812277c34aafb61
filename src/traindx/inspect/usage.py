"""Which layers of a network are used: some now and then, by chance or by the input, and some for a result that nothing reads."""

from __future__ import annotations

from typing import Any

from traindx.recorder.structure import tensors_of

PASSES = 4
"""Forward passes on other numbers, to see whether the layers that are called change from one to the next."""


def settled(torch: Any, model: Any, inputs: Any, layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The layers, with `called` and `reached` as several passes show them.

    Where the calls change from pass to pass (layers dropped at random, experts chosen by the input), the brothers of a layer that
    is called count as called. A layer that no gradient reaches, and whose weights change no output, is not used.
    """
    idle = {x["name"] for x in layers if x["trainable"] and not x["called"]}
    if idle:
        seen = [_called(torch, model, other) for other in _others(torch, inputs)]
        changing = any(one != seen[0] for one in seen)
        called = set().union(*seen)
        parents = {name.rpartition(".")[0] for name in _within_lists(model, called)}
        chosen = {n for n in idle if n in called or (changing and _list_of(torch, model, n) in parents)}
        layers = [{**x, "called": True, "reached": True} if x["name"] in chosen else x for x in layers]
    unread = [x["name"] for x in layers if x["called"] and not x["reached"] and x["trainable"]]
    if unread and _without_effect(torch, model, inputs, unread):
        layers = [{**x, "called": False} if x["name"] in unread else x for x in layers]
    return layers


def _others(torch: Any, inputs: Any) -> list[Any]:
    drawn = torch.Generator().manual_seed(1)
    noise = [torch.randn(inputs.shape, generator=drawn) for _ in range(PASSES - 2)]
    return [inputs, inputs.flip(-1) * -0.7, *noise]


def _called(torch: Any, model: Any, inputs: Any) -> frozenset[str]:
    """The names of the modules that one pass in training mode calls."""
    names: set[str] = set()
    handles = [
        module.register_forward_pre_hook(lambda _module, _given, name=name: names.add(name))
        for name, module in model.named_modules()
    ]
    try:
        with torch.no_grad():
            model(inputs.clone())
    finally:
        for handle in handles:
            handle.remove()
    return frozenset(names)


def _within_lists(model: Any, called: set[str]) -> list[str]:
    """The called modules that stand in a list or a sequence, by its number."""
    return [name for name, _ in model.named_modules() if name in called and name.rpartition(".")[2].isdigit()]


def _list_of(torch: Any, model: Any, name: str) -> str:
    """The innermost list of modules that a layer stands in; of one that stands in none the whole model's own name."""
    kinds = (torch.nn.ModuleList, torch.nn.ModuleDict, torch.nn.Sequential)
    by_name = dict(model.named_modules())
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        above = ".".join(parts[:end])
        outer = above.rpartition(".")[0]
        if above.rpartition(".")[2].isdigit() and isinstance(by_name.get(outer), kinds[:2]):
            return outer
    return next(
        (
            ".".join(parts[:e])
            for e in range(len(parts) - 1, 0, -1)
            if isinstance(by_name.get(".".join(parts[:e])), kinds)
        ),
        "?",
    )


def _without_effect(torch: Any, model: Any, inputs: Any, names: list[str]) -> bool:
    """Whether no output changes in evaluation mode when the weights of these layers do."""
    was, modules = model.training, dict(model.named_modules())
    own = [p for name in names for p in modules[name]._parameters.values() if p is not None]
    kept = [p.detach().clone() for p in own]
    model.eval()
    try:
        with torch.no_grad():
            before, again = _outputs(torch, model, inputs), _outputs(torch, model, inputs)
            for parameter in own:
                parameter.mul_(1.7).add_(0.1)
            after = _outputs(torch, model, inputs)
            for parameter, value in zip(own, kept, strict=True):
                parameter.copy_(value)
    finally:
        model.train(was)
    return bool(before) and _same(torch, before, again) and _same(torch, before, after)


def _outputs(torch: Any, model: Any, inputs: Any) -> list[Any]:
    return [t.clone() for t in tensors_of(torch, model(inputs.clone())).values() if t.is_floating_point()]


def _same(torch: Any, one: list[Any], two: list[Any]) -> bool:
    return len(one) == len(two) and all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(one, two, strict=True))
