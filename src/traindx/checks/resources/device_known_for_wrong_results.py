"""P201: the device is on record for wrong results in this build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.checks.resources.forecast_example import CU124, gpu, on
from traindx.checks.setup.example import Text, asking, call, calling
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.known_wrong import wrong_numbers
from traindx.core.machine import Build, Machine
from traindx.core.setup import Setup

HALF = re.compile(r"autocast|GradScaler|float16|fp16|bf16|\bhalf\b|precision|\bamp\b", re.IGNORECASE)
TO_MPS = ("huggingface", "lightning")
"""Frameworks that take Apple's graphics where they are, without being asked."""


@check("P201", level="warning")
def device_known_for_wrong_results(machine: Machine, setup: Setup | None = None) -> Iterator[Finding | Measured]:
    """The device is one that is known to give wrong results with these versions, in what the training does.

    ## Why is this bad?
    Losses are NaN from the first steps, or the validation finds nothing, or weights stay as they are; rates and data are not at
    fault.

    ## How to fix
    What the finding says: another version, full precision (`amp=False`, no `autocast`), or the processor. The rows with their
    sources lie in `core/known_wrong.py`: float16 on the GTX 16 series (pytorch#58123), cuDNN's attention (pytorch#139298,
    pytorch#196678) and three-dimensional convolutions (pytorch#163539), and Apple's graphics (vision#9510, pytorch#175189,
    pytorch#118115, pytorch#88331). A row of one operation speaks where the script names it; one of half precision is silent
    where `amp=False` is asked for, or a script of one's own names no half precision.
    """
    said = "" if setup is None else "\n".join((setup.text.said, *setup.command))
    mps = setup is not None and (setup.framework in TO_MPS or bool(re.search(r"\bmps\b", said)))
    if not machine.devices and not (mps and machine.platform == "darwin"):
        raise NotEnough("no graphics processor is listed by nvidia-smi, and Apple's is not asked for")
    full = setup is not None and _in_full_precision(setup, said)
    rows = [(name, row) for name, row in wrong_numbers(machine, said, mps) if not (full and row.half)]
    yield Measured("faults on record of these devices and versions, in what the script names", len(rows), "0")
    for name, row in rows:
        build = f"CUDA {machine.build.cuda}" if row.backend == "cuda" else f"PyTorch {machine.build.version}"
        setting = "amp" if row.half else "device"
        yield Finding(Place(setting=setting), f"{name} with {build}: {row.what} ({row.source})", fix=row.instead)


def _in_full_precision(setup: Setup, said: str) -> bool:
    """Whether the training is in full precision: as it asks its trainer, or as a script of one's own names no other."""
    if setup.trainer == "ultralytics":
        return setup.value("amp") is False
    return bool(setup.text.calls) and setup.framework == "pytorch" and not setup.trainer and not HALF.search(said)


@device_known_for_wrong_results.fires_on
def a_gtx_1650() -> Facts:
    return on(devices=(gpu("NVIDIA GeForce GTX 1650", (7, 5)),), build=CU124)


@device_known_for_wrong_results.fires_on
def faster_rcnn_on_apples_graphics() -> Facts:
    made = call("fasterrcnn_resnet50_fpn", num_classes=4), call("model.to", device="mps")
    versions = {"torchvision": "0.28.0"}
    return on(calling(*made, words=frozenset(["mps"])), platform="darwin", build=Build("2.13.0"), versions=versions)


@device_known_for_wrong_results.fires_on
def attention_of_cudnn_in_2_5_0() -> Facts:
    made = call("nn.TransformerEncoderLayer", d_model=256), call("torch.autocast", dtype=Text("torch.bfloat16"))
    return on(calling(*made), devices=(gpu("NVIDIA H100", (9, 0)),), build=Build("2.5.0+cu124", "12.4", "9.1.0.70"))


@device_known_for_wrong_results.quiet_on
def a_gtx_1650_in_full_precision() -> Facts:
    return on(asking(amp=False), devices=(gpu("NVIDIA GeForce GTX 1650", (7, 5)),), build=CU124)


@device_known_for_wrong_results.quiet_on
def a_gtx_1650_and_a_script_without_half_precision() -> Facts:
    plain = calling(call("torch.optim.SGD", lr=0.1))
    return on(plain, devices=(gpu("NVIDIA GeForce GTX 1650", (7, 5)),), build=CU124)


@device_known_for_wrong_results.quiet_on
def one_stage_on_apples_graphics() -> Facts:
    made = call("retinanet_resnet50_fpn", num_classes=4), call("torch.optim.AdamW", lr=1e-4)
    versions = {"torchvision": "0.28.0"}
    return on(calling(*made, words=frozenset(["mps"])), platform="darwin", build=Build("2.13.0"), versions=versions)


@device_known_for_wrong_results.quiet_on
def an_rtx_3090() -> Facts:
    return on(devices=(gpu(),), build=CU124)
