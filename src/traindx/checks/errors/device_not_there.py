"""T023: the device that the program asks for cannot be used here."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Torch not compiled with CUDA enabled",
    r"No CUDA GPUs are available",
    r"Found no NVIDIA driver",
    r"no CUDA-capable device",
    r"torch\.cuda\.is_available\(\) is False",
    r"invalid device ordinal",
    r"Invalid CUDA '?device",
    r"MPS backend is (not available|supported on)",
    r"NVIDIA driver on your system is too old",
    r"Attempting to deserialize object on (a CUDA|CUDA device)",
    r"from the '(MPS|CUDA|XPU)' backend",
)


@check("T023", level="error")
def device_not_there(recording: Recording) -> Iterator[Finding | Measured]:
    """The program asks for a device that this machine, or this build of PyTorch, does not have.

    ## Why is this bad?
    Nothing can be computed there.

    ## How to fix
    `python -c "import torch; print(torch.__version__, torch.version.cuda, torch.cuda.is_available())"` shows whether the build
    has CUDA and sees a device: install the build for your driver (pytorch.org), give the container its devices (`--gpus all`),
    look at `CUDA_VISIBLE_DEVICES`. To go on without: `device = "cuda" if torch.cuda.is_available() else "cpu"`, and
    `map_location=device` for checkpoints.
    """
    yield from errors_like(recording, *PATTERNS)


@device_not_there.fires_on
def a_build_without_cuda() -> Facts:
    return {"recording": raising("AssertionError", "Torch not compiled with CUDA enabled")}


@device_not_there.fires_on
def a_checkpoint_from_a_gpu() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False."
        )
    }


@device_not_there.quiet_on
def memory() -> Facts:
    return {"recording": raising("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB.")}
