"""What a replay showed, in words: the origin in one line, what the trials say, and what to try first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traindx.core.replay import Argument, Origin, Replay

ADVICE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("log", "log2", "log10", "log1p", "xlogy"),
        "keep the input above zero: x.clamp(min=eps).log(), or use log_softmax",
    ),
    (
        ("sqrt", "rsqrt", "norm", "linalg_vector_norm", "std", "var", "pow", "cdist"),
        "its slope at zero is infinite: add eps",
    ),
    (("acos", "asin", "atanh", "acosh"), "clamp the input a little inside of its bounds, -1 + eps to 1 - eps"),
    (("atan2", "hypot"), "its slope is 0 / 0 where both inputs are zero: add eps to one of them"),
    (("div", "reciprocal", "true_divide"), "keep the divisor from zero: add eps, or leave out what has no size"),
    (
        ("exp", "expm1", "cosh", "sinh", "logsumexp"),
        "limit the input before it, x.clamp(max=...), or work with logarithms",
    ),
    (("softmax", "log_softmax"), "a row that is masked throughout has no softmax: leave one entry of it unmasked"),
    (
        ("native_batch_norm", "batch_norm", "native_layer_norm", "native_group_norm"),
        "a constant channel needs eps above zero",
    ),
    (("nll_loss_forward", "nll_loss2d_forward"), "every target is ignored: leave such batches out of the mean"),
)


def place_words(origin: Origin) -> str:
    """The operation, its function and module: `div in giou_loss`, `the backward of sqrt`."""
    own = origin.operation.lstrip("_").removesuffix("_")
    if origin.phase == "backward" and origin.node and not origin.forward:
        words = f"{own} in the backward of {origin.node.removesuffix('Backward')}"
    elif origin.phase == "backward" and origin.node:
        words = f"the backward of {origin.forward.strip('_')} ({origin.node})"
    else:
        words = own if origin.phase == "forward" else f"{own}, in the optimizer's step,"
    if origin.function and origin.function != own:
        words += f" in {origin.function}"
    if origin.module_kind:
        words += f" in {origin.module_kind}{' ' + origin.module if origin.module else ''}"
    return words


def sentence(replay: Replay) -> str:
    """The finding's one line."""
    origin, again = replay.origin, replay.again or {}
    step = "the step"
    if again.get("error"):
        failed = again.get("failed") or {}
        where = f" in {failed['operation']}" if failed.get("operation") else ""
        return f"{step} raises{where}: {again['error']}"
    if replay.poisoned:
        named = ", ".join(replay.poisoned[:4]) + (" ..." if len(replay.poisoned) > 4 else "")
        finite = replay.facts.get("state_step")
        since = "" if finite is None else f"; they were finite before step {finite}, and with these the step is finite"
        return f"weights are not finite before the step begins: {named}{since}"
    if origin is None:
        return f"{step} is not finite again, and no single operation could be named"
    number = "NaN" if origin.kind == "nan" else "infinity"
    if origin.cause == "given":
        return f"{origin.name} is not finite before the step begins{_samples(replay)}"
    if origin.cause == "unfilled":
        return f"memory that was never filled is read (torch.empty){_samples(replay)}"
    shown = _telling(origin)
    made = f" of finite numbers ({shown})" if shown else ""
    if any(a.bad for a in origin.inputs):
        made = " of infinities that the code wrote"
    share = f", {origin.bad} of {origin.of} numbers" if origin.of > 1 else ""
    return f"{place_words(origin)} makes {number}{made}{share}{_samples(replay)}"


def advice(replay: Replay) -> str | None:
    """What to try first; None where nothing general can be said."""
    origin = replay.origin
    if replay.poisoned:
        return "look at what the code does with these weights between two steps, and at the optimizer's own division"
    if origin is None:
        return None
    if cured_by_precision(replay):
        return "this part needs float32: torch.autocast(..., enabled=False) around it, inputs to .float(), or bfloat16"
    if replay.grown is not None:
        return "the updates had grown too large before this step: lower the learning rate, warm up, or clip gradients"
    name = (origin.forward if origin.phase == "backward" and origin.forward else origin.operation).strip("_")
    words = next((words for names, words in ADVICE if name in names), None)
    if origin.cause == "given" and origin.name.startswith(("weight", "buffer")):
        return "an earlier step has written it: go back to a checkpoint from before, and find that step"
    if origin.cause == "given" and replay.guilty:
        return "look at these samples: the files, and what the transforms make of them"
    return words


def cured_by_precision(replay: Replay) -> bool:
    """Whether the step is finite in full precision, where it ran in half."""
    trial = replay.trial("full_precision")
    return trial is not None and not trial["bad"]


def trial_rows(replay: Replay) -> tuple[tuple[str, str], ...]:
    """Each trial and what came out, for a table; of the search by halves the result alone."""
    rows = []
    for result in replay.results:
        trial = result["trial"]
        if trial["kind"] == "only" and not (replay.again or {}).get("rows"):
            continue
        rows.append((_trial_words(replay, trial), _outcome(result)))
    if replay.guilty and not (replay.again or {}).get("rows"):
        rows.append((f"samples {_named(replay)}, each alone", "not finite"))
    return tuple(rows)


def _trial_words(replay: Replay, trial: Mapping[str, Any]) -> str:
    rows = [replay.sample_name(int(row)) for row in trial["rows"]]
    shown = ", ".join(rows[:8]) + (" ..." if len(rows) > 8 else "")
    state = replay.facts.get("state_step")
    late = replay.step - int(state) if state is not None else 0
    again = "the step again" + (f", with weights from {late} steps before" if late else "")
    again += "" if state is not None else ", with the script's own weights"
    return {
        "again": again,
        "full_precision": "in full precision",
        "own_weights": "on the weights that the script starts with",
        "without": f"without samples {shown}",
        "only": f"samples {shown} alone",
    }[trial["kind"]]


def _outcome(result: Mapping[str, Any]) -> str:
    if result.get("error"):
        return str(result["error"])[:120]
    loss = "" if result["loss"] is None else f", loss {float(result['loss']):.4g}"
    return (f"not finite in the {result['phase']} pass" if result["bad"] else "finite") + loss


def _telling(origin: Origin) -> str:
    """The range that says most: of the forward operation's input for a backward one; the divisor, the largest input of what
    overflows, else the last one with zeros."""
    given = origin.forward_inputs if origin.phase == "backward" and origin.forward_inputs else origin.inputs
    zero: list[Argument] = [a for a in given if a.zeros]
    large = [a for a in given if a.max is not None and a.min is not None]
    name = (origin.forward or origin.operation).strip("_")
    if name.startswith(("div", "true_divide")) and len(given) > 1:
        return str(given[1])
    if origin.kind == "inf" and origin.phase == "forward" and large:
        return str(max(large, key=lambda a: max(abs(a.max or 0), abs(a.min or 0))))
    return str(zero[-1] if zero else given[0]) if given else ""


def _samples(replay: Replay) -> str:
    if not replay.guilty:
        return ""
    word = "sample" if len(replay.guilty) == 1 else "samples"
    return f"; {word} {_named(replay)} of {replay.samples}"


def _named(replay: Replay) -> str:
    named = [replay.sample_name(row) for row in replay.guilty]
    return ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")
