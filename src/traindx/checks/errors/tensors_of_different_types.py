"""T016: an operation was given tensors of a type that it does not take."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"must have the same dtype",
    r"Input type \(((?:torch\.cuda\.|torch\.)?)[A-Za-z ]+\) and (bias|weight) type \(\1[A-Za-z ]+\)",
    r"expected (scalar type|target dtype)",
    r"expected m1 and m2 to have the same dtype",
    r"Found dtype \w+ but expected \w+",
    r"result type \w+ can't be cast",
    r"not implemented for '(Byte|Char|Short|Int|Long|Bool|Half|BFloat16)'",
    r"expected \w+ but found \w+",
    r"can't convert np\.ndarray of type",
    r"Tensors must have same dtype",
)


@check("T016", level="error")
def tensors_of_different_types(recording: Recording) -> Iterator[Finding | Measured]:
    """An operation was given numbers of a type that it does not take: doubles or bytes, or floats where class ids are.

    ## Why is this bad?
    NumPy makes float64 and pictures are uint8, where weights are float32; class ids have to be int64. PyTorch converts neither
    in a layer nor in a loss.

    ## How to fix
    Pictures: `ToTensor()`, or `.float() / 255`. Arrays of NumPy: `.astype("float32")`. Class ids: `.long()`. Targets of binary
    cross entropy and of regression: `.float()`.
    """
    yield from errors_like(recording, *PATTERNS)


@tensors_of_different_types.fires_on
def bytes_into_a_convolution() -> Facts:
    return {"recording": raising("RuntimeError", "Input type (unsigned char) and bias type (float) should be the same")}


@tensors_of_different_types.fires_on
def ids_as_floats() -> Facts:
    return {"recording": raising("RuntimeError", "expected scalar type Long but found Float")}


@tensors_of_different_types.quiet_on
def two_devices() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same"
        )
    }


@tensors_of_different_types.quiet_on
def shapes() -> Facts:
    return {"recording": raising("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (3x5 and 4x2)")}
