"""M105: hidden sigmoid or tanh units sit in their flat ends, and nothing is learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.first_signal import has_learned
from traindx.core.recording import Recording


@check("M105", level="error")
def saturated_units(recording: Recording, *, share: float = 0.7) -> Iterator[Finding | Measured]:
    """Most values of a hidden sigmoid or tanh layer lie in its flat ends from one look to the next, and the loss shows no learning.

    ## Why is this bad?
    There the slope is under 4 % of its largest, and so is the gradient that passes: what is in front of the layer stops learning.

    ## How to fix
    Find what makes the sums so large: inputs that are not scaled, weights drawn too large (`nn.init.xavier_uniform_` suits
    tanh), a rate that is too high. Normalise in front of the activation, or use ReLU or GELU. Gates, such as those of
    squeeze-and-excitation and of recurrent layers, and outputs are not looked at.

    Inputs of deviation 1 and weights by Xavier's rule put 2 % of the values there; `share` is a guess. Only runs that have
    not learned are named.
    """
    looks = [line for line in recording.lines.get("saturation", ()) if line["layers"]]
    if not looks:
        return
    by_layer: dict[str, list[tuple[int, float, str]]] = {}
    for line in looks:
        for name, entry in line["layers"].items():
            if "share" in entry:
                by_layer.setdefault(name, []).append((int(line["step"]), float(entry["share"]), str(entry["function"])))
    lasting = {name: min(s for _, s, _ in found[-3:]) for name, found in by_layer.items()}
    if not lasting:
        return
    yield Measured(
        "largest share of values in the flat ends of a hidden layer", max(lasting.values()), f"under {share:g}"
    )
    if len(looks) < 3 or has_learned(recording) is not False:
        return
    for name in [name for name, low in lasting.items() if low > share]:
        yield _finding(name, by_layer[name], share)


def _finding(name: str, found: list[tuple[int, float, str]], share: float) -> Finding:
    steps, shares = tuple(float(s) for s, _, _ in found), tuple(v for _, v, _ in found)
    below = [i for i, v in enumerate(shares) if v <= share]
    onset = int(steps[below[-1] + 1]) if below else int(steps[0])
    text = f"{shares[-1]:.0%} of the {found[0][2]} values that {name} receives lie in the flat ends since step {onset}"
    curve = Curve(f"values in the flat ends before {name}", (Line("share", steps, shares),), onset=onset)
    return Finding(Place(layer=name, step=onset), f"{text} (should be under {share:.0%})", (curve,))


def _looks(*shares: float) -> list[dict[str, Any]]:
    return [
        {"kind": "saturation", "step": 2**at, "layers": {"fc": {"function": "tanh", "share": share}}}
        for at, share in enumerate(shares)
    ]


@saturated_units.fires_on
def sums_of_hundreds() -> Facts:
    return {"recording": recording_with(flat(), events=_looks(0.95, 0.96, 0.96, 0.97))}


@saturated_units.quiet_on
def a_network_of_tanh_units() -> Facts:
    return {"recording": recording_with(falling(), events=_looks(0.02, 0.05, 0.2, 0.3))}


@saturated_units.quiet_on
def units_that_are_sure_after_learning() -> Facts:
    return {"recording": recording_with(falling(), events=_looks(0.02, 0.4, 0.8, 0.85, 0.9))}
