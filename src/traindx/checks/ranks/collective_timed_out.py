"""R107: a rank waited for the others in vain."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Timed out waiting \d+ms for",
    r"Watchdog caught collective operation timeout",
    r"Some (NCCL|ranks).*(timed out|failed to)",
    r"wait timeout after \d+ms",
    r"Wait timeout",
    r"timed out.*(barrier|all_?reduce|broadcast|gather)",
    r"Detected mismatch between collectives on ranks",
    r"(shapes|sizes|dtypes?) .*across (ranks|processes)",
    r"Collectives differ",
    r"monitoredBarrier",
    r"Application timeout caused pair closure",
    r"op\.preamble\.length <= op\.nbytes",
)


@check("R107", level="error")
def collective_timed_out(recording: Recording) -> Iterator[Finding | Measured]:
    """A collective call (an averaging of gradients, a barrier, a gathering) waited for other ranks until its time was over.

    ## Why is this bad?
    The other ranks never made that call: they had fewer batches, stood in another call, or had stopped.

    ## How to fix
    All ranks have to make the same calls in the same order: the same number of batches, no collective call (also `model(x)` of a
    wrapped model in training mode, `metric.compute()`, `barrier()`) under `if rank == 0:`. A slow first rank (a download, a scan of
    the dataset) needs a longer `timeout` of `init_process_group`.
    """
    yield from errors_like(recording, *PATTERNS)


@collective_timed_out.fires_on
def gloo_waited() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "[unbound_buffer.cc:81] Timed out waiting 1800000ms for recv operation to complete"
        )
    }


@collective_timed_out.quiet_on
def the_other_rank_has_gone() -> Facts:
    return {"recording": raising("RuntimeError", "[pair.cc:547] Connection closed by peer [127.0.0.1]:41823")}
