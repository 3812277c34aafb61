"""The process in which a network is built and looked at: `python -m traindx.inspect.child` reads what is wanted, writes the fact.

Here alone the user's code for a model runs, and torch is imported. What it prints goes nowhere; the fact is written to a file.
"""

from __future__ import annotations

import copy
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError
from traindx.inspect.building import Built, Wanted, build
from traindx.inspect.made_where import Made, noting, users_line_of

SAMPLES = ((64, 16), (128, 8), (320, 4))
"""Pictures looked at, for sizes up to the first number; two above."""
FEWEST = 2
LARGEST, COARSEST = 640, 64
"""Pixels of the largest look at a detector of Ultralytics, and its coarsest stride."""
TYPICAL = 0.1
"""How near a layer's weights must lie to what a rule draws, as a share of its size."""


def main() -> None:
    """Read the wanted network (json) from standard input, and write the fact, or the error, to the file it names."""
    request = json.load(sys.stdin)
    answer = Path(request.pop("answer"))
    sys.stdout = sys.stderr
    found: dict[str, Any]
    try:
        found = {"network": examined(Wanted(**request))}
    except TraindxError as error:
        found = {"error": [error.seen, error.why, error.hint]}
    except BaseException as error:  # whatever the user's code raises, SystemExit included
        line = users_line_of(error)
        words = " ".join(str(error).split())[:300]
        where = f" ({line[0]}:{line[1]})" if line else ""
        seen = f"model {request['spec']} cannot be built: {type(error).__name__}: {words}{where}"
        found = {"error": [seen, "nothing can be said of the network", "the dataset was examined all the same"]}
    answer.write_text(json.dumps(found), encoding="utf-8")


def examined(wanted: Wanted) -> dict[str, Any]:
    """All facts of the network, as `core.network.network_of` reads them."""
    started = time.perf_counter()
    try:
        import torch
    except ImportError as error:
        raise TraindxError("torch is not installed", "no model can be built", "install torch") from error
    from traindx.inspect import heads
    from traindx.inspect.footprint import footprint_in
    from traindx.inspect.tried import augmented_of, twins_of

    torch.manual_seed(0)
    with noting(torch) as made:
        built = build(wanted)
    built.number = wanted.number
    _materialised(torch, built)
    loads = made.loads_into(built.model)
    built.model.float().cpu().train()
    facts: dict[str, Any] = {"spec": wanted.spec, "framework": built.framework, "kind": type(built.model).__name__}
    facts |= {"task": built.task, "chosen": built.chosen, "batch": wanted.batch, "path": built.path, "line": built.line}
    facts |= heads.head_of(torch, built) | {"weights": _weights(torch, built.model), "notes": built.notes}
    at_start = {name: _at_start(torch, module) for name, module in built.model.named_modules()}
    as_built = replace(built, model=copy.deepcopy(built.model)) if wanted.twins else built
    facts |= _looked_at(torch, wanted, built, facts, made)
    facts["loads"] = loads
    for layer in facts["layers"]:
        layer["at_start"] = at_start.get(layer["name"])
    if facts["refused"] is None and wanted.memory:
        found = footprint_in(torch, built, facts["imgsz"], channels=facts["channels"] or 3)
        facts["footprint"] = None if found is None else asdict(found)
    if facts["refused"] is None and wanted.twins:
        again = copy.deepcopy(as_built.model) if wanted.augment else None
        facts["twins"] = twins_of(torch, wanted, as_built, facts)
        if facts["twins"] and again is not None:
            facts["augmented"] = augmented_of(torch, wanted, replace(as_built, model=again), facts)
    return facts | {"seconds": time.perf_counter() - started}


def _materialised(torch: Any, built: Built) -> None:
    """Give lazy layers their shapes, by a forward pass."""
    lazy = torch.nn.parameter.UninitializedTensorMixin
    for size in built.sizes:
        if not any(isinstance(t, lazy) for t in (*built.model.parameters(), *built.model.buffers())):
            return
        with suppress(Exception), torch.no_grad():  # the next size may fit
            built.model.eval()(torch.zeros(2, 3, size, size))


def _looked_at(torch: Any, wanted: Wanted, built: Built, facts: dict[str, Any], made: Made) -> dict[str, Any]:
    """The forward and backward pass, and what it shows."""
    from traindx.inspect import looking, mixing, usage
    from traindx.inspect.ceiling import ceiling_of
    from traindx.inspect.first_batch import first_batch
    from traindx.inspect.tried import few_of

    model, found = built.model, dict[str, Any]()
    taken, sizes = _channels(built, wanted)
    refused: dict[str, Any] | None = None
    for asked, channels in _tries(sizes, taken):
        size = _looked(built, asked)
        samples = FEWEST if built.listed else next((n for most, n in SAMPLES if size <= most), FEWEST)
        batch = first_batch(torch, wanted.pictures, samples, size, channels or 3, built.scaled)
        began = time.perf_counter()
        with looking.hooked(torch, model) as look:
            try:
                output = _called(torch, built, batch.inputs, int(facts.get("from_one", False)))
            except Exception as error:  # a network may refuse its input in any way
                refused = _refused(error, look.innermost)
                continue
        refused = None
        found |= {"imgsz": asked, "samples": samples, "real": batch.real, "dropout": look.dropout}
        found |= _after(torch, looking, built, {**facts, "imgsz": size}, look, output, samples)
        step = (time.perf_counter() - began) / samples * (asked / size) ** 2
        found |= {"decode": batch.seconds, "step": step if batch.real else None}
        if not built.listed:
            with suppress(Exception):  # another input may be refused
                found["layers"] = usage.settled(torch, model, batch.inputs, found["layers"])
        if not built.listed and not found.get("outside"):  # layers that it does not list stay in training mode
            with suppress(Exception):  # in evaluation mode it may ask for something else
                found["mixing"] = mixing.mixing_of(torch, model, batch.inputs, look.names)
        if found.get("scores") and built.task == "classify":
            with suppress(Exception):  # what is wrong with it was seen before
                found["ceiling"] = ceiling_of(torch, model, batch.inputs, found["scores"]["classes"])
        if wanted.few:
            found["few"] = few_of(torch, wanted, built, size, channels or 3)
        break
    found |= {"channels": taken if refused else channels, "imgsz_given": wanted.imgsz is not None, "refused": refused}
    if refused is not None:
        found["imgsz"] = sizes[0]
        built.notes.append(f"no forward pass at {', '.join(map(str, sizes))}: {refused['error']}")
    found.setdefault("layers", _layers(model, {}, judged=False))
    return found | {"layers": _with_lines(model, found["layers"], made)}


def _looked(built: Built, size: int) -> int:
    """The size at which a network is looked at: Ultralytics' detectors, which take any multiple of their strides, not above
    `LARGEST`, since a look costs as the area and would take minutes; a size that is no such multiple is tried as it is."""
    smaller = built.framework == "ultralytics" and size > LARGEST and size % COARSEST == 0
    if smaller:
        built.notes.append(f"looked at with pictures of {LARGEST} pixels: its layers are the same at {size}")
    return LARGEST if smaller else size


def _tries(sizes: Sequence[int], taken: int | None) -> Iterator[tuple[int, int | None]]:
    """The sizes and channels to try: a first layer of one channel may stand behind a conversion from three."""
    for size in sizes:
        yield from ((size, c) for c in ((3, 1) if taken == 1 else (taken,)))


def _after(torch: Any, looking: Any, built: Built, facts: Any, look: Any, output: Any, samples: int) -> dict[str, Any]:
    """Scores, loss, graph and gradients once the forward pass is through."""
    model, found = built.model, dict[str, Any]()
    scores = None if built.listed else looking.scores_of(torch, output, built.number)
    found["priors"] = {**facts.get("priors", {}), **looking.heatmap_priors(torch, output)}
    if scores is not None:
        found["scores"] = looking.described(torch, scores)
        if built.task == "classify":
            found["classes"] = facts.get("classes", int(scores.shape[1]))
    if built.task == "detect" and not facts.get("strides"):
        found["strides"] = looking.strides_of(torch, output, facts["imgsz"])
    loss, judged = looking.loss_of(torch, output, scores), looking.has_numbers(torch, output)
    if loss is not None and loss.requires_grad:
        found["graph"], found["outside"] = looking.graph_of(model, loss)
        try:
            loss.backward()
        except RuntimeError as error:
            judged = False
            built.notes.append(f"the backward pass fails: {' '.join(str(error).split())[:200]}")
    modules = sorted(model.named_modules(), key=lambda pair: look.order.get(id(pair[1]), math.inf))
    found["gradients"] = looking.gradients_of(torch, look, modules)
    norms = [] if built.listed else list(look.norms.values())  # at its own size it normalises over more positions
    found |= {"norms": norms, "silent": look.silent, "flat": look.flat}
    found["signal"] = [look.signal[name] for name, _ in modules if name in look.signal]
    if "head" not in facts and found["signal"]:
        found["head"] = found["signal"][-1]["name"]
    return found | {"layers": _layers(model, look.order, judged)}


def _called(torch: Any, built: Built, inputs: Any, label: int) -> Any:
    if not built.listed:
        return built.model(inputs)
    transform = built.model.transform
    before = transform.min_size, transform.max_size
    transform.min_size, transform.max_size = (inputs.shape[-1],), inputs.shape[-1]
    side = float(inputs.shape[-1])
    one = {"boxes": torch.tensor([[0.2, 0.2, 0.8, 0.7]]) * side, "labels": torch.tensor([label])}
    one["masks"] = torch.ones(1, *inputs.shape[-2:], dtype=torch.uint8)
    one["keypoints"] = torch.tensor([[[0.5, 0.5, 1.0]] * 17]) * torch.tensor([side, side, 1.0])
    try:
        return built.model(list(inputs), [dict(one) for _ in range(len(inputs))])
    finally:
        transform.min_size, transform.max_size = before


def _refused(error: Exception, layer: str) -> dict[str, Any]:
    line = users_line_of(error)
    words = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return {"error": words, "layer": layer, "path": line[0] if line else None, "line": line[1] if line else None}


def _channels(built: Built, wanted: Wanted) -> tuple[int | None, tuple[int, ...]]:
    """The channels that the first layer takes, and the sizes to try; of a network that begins with a matrix both by its width."""
    first = next((m for m in built.model.modules() if any(map(_is_matrix, m._parameters.items()))), None)
    kind, weight = type(first).__name__, None if first is None else first._parameters.get("weight")
    if first is not None and hasattr(first, "in_channels") and weight is not None and weight.dim() >= 4:
        return int(first.in_channels), built.sizes
    if weight is not None and kind == "Linear":
        for channels in (3, 1):
            side = math.isqrt(weight.shape[1] // channels)
            if side >= 8 and side * side * channels == weight.shape[1]:
                return channels, (wanted.imgsz or side,)
    return None, built.sizes


def _is_matrix(held: tuple[str, Any]) -> bool:
    """Whether a parameter is a weight of two dimensions or more; also the first one of a recurrent layer."""
    name, parameter = held
    return name.startswith("weight") and parameter is not None and parameter.dim() > 1


def _layers(model: Any, order: dict[int, int], judged: bool) -> list[dict[str, Any]]:
    """The modules with parameters of their own, the called ones first, in the order of calls. Unless `judged`, all count as
    reached by a gradient."""
    held = [(name, m) for name, m in model.named_modules() if any(p is not None for p in m._parameters.values())]
    held.sort(key=lambda pair: order.get(id(pair[1]), math.inf))
    found = []
    for name, module in held:
        own = [p for p in module._parameters.values() if p is not None]
        weight = module._parameters.get("weight")
        found.append(
            {
                "name": name,
                "kind": type(module).__name__,
                "shape": [] if weight is None else list(weight.shape),
                "parameters": sum(p.numel() for p in own),
                "trainable": sum(p.numel() for p in own if p.requires_grad),
                "called": id(module) in order or not order,
                "reached": not judged or any(p.grad is not None for p in own) or not any(p.requires_grad for p in own),
            }
        )
    return found


def _with_lines(model: Any, layers: list[dict[str, Any]], made: Made) -> list[dict[str, Any]]:
    modules = dict(model.named_modules())
    for layer in layers:
        line = made.line_of(modules[layer["name"]])
        layer["path"], layer["line"] = line if line is not None else (None, None)
    return layers


def _weights(torch: Any, model: Any) -> str:
    """Whether anything was trained before: scales and shifts of normalisation layers begin equal and do not stay so."""
    norms = [m for m in model.modules() if "Norm" in type(m).__name__ and m._parameters.get("weight") is not None]
    if not norms:
        return "unknown"
    fresh = all(bool((m.weight == m.weight.reshape(-1)[0]).all()) for m in norms)
    fresh &= all(m.bias is None or bool((m.bias == m.bias.reshape(-1)[0]).all()) for m in norms if hasattr(m, "bias"))
    return "start" if fresh else "loaded"


def _at_start(torch: Any, module: Any) -> bool | None:
    """Whether a weight lies as torch's default, He's or Xavier's rule draws it: by its root mean square; None of other layers."""
    weight = module._parameters.get("weight")
    if weight is None or weight.dim() < 2 or weight.numel() < 64:
        return None
    inputs = weight[0].numel()
    outputs = weight.numel() // weight.shape[1]
    size = float(weight.detach().float().square().mean().sqrt())
    rules = [(1 / (3 * inputs)) ** 0.5, *((2 / n) ** 0.5 for n in (inputs, outputs)), (2 / (inputs + outputs)) ** 0.5]
    return any(abs(size / rule - 1) < TYPICAL for rule in (*rules, (1 / inputs) ** 0.5, 0.02, 0.01))


if __name__ == "__main__":
    main()
