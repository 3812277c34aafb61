"""Devices, builds and packages on record for wrong numbers, each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from traindx.core.machine import Machine, version_of

Version = tuple[int, ...]
Range = tuple[Version, Version]
"""From the first version on to below the second."""

ALWAYS: Range = ((0,), (999,))
ANY = re.compile("")


@dataclass(frozen=True)
class WrongNumbers:
    """Wrong results on record: on which devices (`backend`, a pattern of the name, capabilities), with which versions, and in what
    use: `used` is a pattern that the text of the script has to hold, as the fault lies in that operation alone.
    """

    what: str
    instead: str
    source: str
    backend: Literal["cuda", "mps"] = "cuda"
    device: re.Pattern[str] = ANY
    capability: Range = ALWAYS
    cuda: Range = ALWAYS
    cudnn: Range = ALWAYS
    torch: Range = ALWAYS
    torchvision: Range = ALWAYS
    used: re.Pattern[str] = ANY
    half: bool = False


ATTENTION = re.compile(
    r"scaled_dot_product_attention|MultiheadAttention|Transformer|\bvit_|deit|swin|\bvit\b", re.IGNORECASE
)
REGIONS = re.compile(r"fasterrcnn|maskrcnn|keypointrcnn|FasterRCNN|MaskRCNN|roi_align|RoIAlign", re.IGNORECASE)

WRONG_NUMBERS = (
    WrongNumbers(
        "convolutions in float16 return NaN", "amp=False", "https://github.com/pytorch/pytorch/issues/58123",
        device=re.compile(r"GTX 16[3-6]0|\bT(400|500|600|1000|1200)\b"), cuda=((11, 0), (99,)), half=True,
    ),
    WrongNumbers(
        "cuDNN's attention, taken by default, makes losses explode",
        "PyTorch 2.5.1 or later, or torch.backends.cuda.enable_cudnn_sdp(False)",
        "https://github.com/pytorch/pytorch/issues/139298",
        capability=((9, 0), (10,)), torch=((2, 5, 0), (2, 5, 1)), used=ATTENTION, half=True,
    ),
    WrongNumbers(
        "the gradient of cuDNN's attention with a mask is NaN at lengths of 64 beyond a multiple of 128",
        "torch.backends.cuda.enable_cudnn_sdp(False)", "https://github.com/pytorch/pytorch/issues/196678",
        capability=((9, 0), (10,)), torch=((2, 11), (2, 14)), used=re.compile(r"\battn_mask\b"), half=True,
    ),
    WrongNumbers(
        "convolutions over three dimensions in bfloat16 are wrong", "cuDNN 9.13 or later, or float16",
        "https://github.com/pytorch/pytorch/issues/163539",
        cudnn=((9, 8), (9, 13)), used=re.compile(r"(?s)(?=.*(Conv3d|conv3d|r3d_18|r2plus1d|mc3_18))(?=.*bfloat16)"), half=True,
    ),
    WrongNumbers(
        "the gradient of roi_align is added up several times, so that two-stage detectors end in NaN",
        "torchvision 0.29 or later, or the processor", "https://github.com/pytorch/vision/pull/9510",
        backend="mps", torchvision=((0,), (0, 29)), used=REGIONS,
    ),
    WrongNumbers(
        "the gradient of batch norm is wrong where tensors lie in channels_last", "the usual order: no memory_format=channels_last",
        "https://github.com/pytorch/pytorch/issues/175189", backend="mps", torch=((2,), (2, 14)), used=re.compile("channels_last"),
    ),
    WrongNumbers(
        "Adam and its kin do not update weights that do not lie in one piece", "PyTorch 2.4 or later, or SGD",
        "https://github.com/pytorch/pytorch/issues/118115",
        backend="mps", torch=((1, 12), (2, 4)), used=re.compile(r"\b(N|R)?Adam(W|ax)?\b|optimizer=adam", re.IGNORECASE),
    ),
    WrongNumbers(
        "the gradient of group norm is NaN", "PyTorch 1.13.1 or later",
        "https://github.com/pytorch/pytorch/issues/88331",
        backend="mps", torch=((1, 13, 0), (1, 13, 1)), used=re.compile("GroupNorm|group_norm"),
    ),
)  # fmt: skip


def wrong_numbers(machine: Machine, text: str, mps: bool) -> Iterator[tuple[str, WrongNumbers]]:
    """Every device with a row that knows wrong results of it: by its name, `mps` where that backend is asked for. `text` is what
    the script and the command say.
    """
    devices = [(d.name, d.capability or (), "cuda") for d in machine.devices]
    devices += [("Apple's graphics (mps)", (), "mps")] if mps and machine.platform == "darwin" else []
    for name, capability, backend in devices:
        for row in WRONG_NUMBERS:
            known = row.backend == backend and row.device.search(name) and row.used.search(text)
            if known and _within(capability, row.capability) and _builds(machine, row):
                yield name, row


def _builds(machine: Machine, row: WrongNumbers) -> bool:
    build = machine.build
    pairs = ((build.version, row.torch), (build.cuda, row.cuda), (build.cudnn, row.cudnn))
    vision = machine.versions.get("torchvision", "")
    return all(_within(version_of(v), of) for v, of in (*pairs, (vision, row.torchvision)))


def _within(version: Version, of: Range) -> bool:
    """Whether a version lies in a range; one that is not known lies in the range of all alone."""
    return of is ALWAYS or (bool(version) and of[0] <= version < of[1])
