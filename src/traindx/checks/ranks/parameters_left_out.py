"""R108: DistributedDataParallel waits for gradients of parameters that took no part."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Expected to have finished reduction in the prior iteration",
    r"Expected to mark a variable ready only once",
    r"parameters? that (were|was) not used in producing loss",
)


@check("R108", level="error")
def parameters_left_out(recording: Recording) -> Iterator[Finding | Measured]:
    """Parameters of a wrapped model got no gradient in a step, or one twice, and DistributedDataParallel stopped.

    ## Why is this bad?
    It averages gradients once each parameter has one. A part of the model that is not called, or whose output is not in the loss,
    never has; a part that is checkpointed or called twice has it twice.

    ## How to fix
    Leave the part out of the model, let its output into the loss, or wrap with `find_unused_parameters=True` (slower). Each use of
    a shared part twice: `static_graph=True`. `TORCH_DISTRIBUTED_DEBUG=DETAIL` names the parameters.
    """
    yield from errors_like(recording, *PATTERNS)


@parameters_left_out.fires_on
def a_head_that_is_not_called() -> Facts:
    words = "Expected to have finished reduction in the prior iteration before starting a new one."
    return {"recording": raising("RuntimeError", words)}


@parameters_left_out.quiet_on
def another_error() -> Facts:
    return {"recording": raising("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (3x5 and 4x2)")}
