"""T013: the samples of a batch do not have one shape, or one form."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"stack expects each tensor to be equal size",
    r"each element in list of batch should be of equal size",
    r"default_collate: batch must contain",
    r"expected Tensor as element \d+ in argument 0, but got",
    r"Trying to resize storage that is not resizable",
    r"stack expects a non-empty TensorList",
    r"all input arrays must have the same shape",
)


@check("T013", level="error")
def samples_do_not_stack(recording: Recording) -> Iterator[Finding | Measured]:
    """The loader cannot make one batch of the samples that the dataset returned.

    ## Why is this bad?
    Samples are stacked to one tensor, which needs one size, one set of keys, and tensors or numbers in each: pictures of
    several sizes, lists of boxes, `None` and Pillow pictures cannot be stacked.

    ## How to fix
    Pictures of several sizes: resize both sides in the transform (`Resize(224)` with one number keeps the aspect and leaves the
    other side free; `Resize((224, 224))` does not). Boxes: a `collate_fn` that keeps them as a list. Pillow pictures:
    `ToTensor()`. `None`: leave such samples out of the dataset.
    """
    yield from errors_like(recording, *PATTERNS, within={r"^KeyError": "collate.py"})


@samples_do_not_stack.fires_on
def pictures_of_two_sizes() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "stack expects each tensor to be equal size, but got [3, 224, 298] at entry 0 and [3, 224, 336] at entry 1",
        )
    }


@samples_do_not_stack.quiet_on
def a_picture_that_is_not_there() -> Facts:
    return {"recording": raising("FileNotFoundError", "[Errno 2] No such file or directory: 'train/31.jpg'")}
