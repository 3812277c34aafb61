"""S241: loading the checkpoint in full would run a command or evaluate code."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place
from traindx.core.pickled_code import runs_commands


@check("S241", level="error")
def code_that_runs_commands(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The pickle names a function that runs commands or evaluates code, such as `os.system` or `eval`.

    ## Why is this bad?
    `torch.load(..., weights_only=False)` calls it with what the file says. No training library writes such a file. Nothing of it
    was run here.

    ## How to fix
    Do not load the file in full. Take the weights from a source that you trust, or with `weights_only=True`, which refuses it.
    """
    if not checkpoint.code:
        raise NotEnough("the checkpoint holds no pickle")
    found = [name for name in checkpoint.code if runs_commands(name)]
    yield Measured("functions that run commands or code", len(found), "0")
    for name in found:
        text = f"loading it in full would call {name.replace(' ', '.')}; nothing of it was run here"
        yield Finding(Place(path=checkpoint.path), text)


@code_that_runs_commands.fires_on
def shell_command_in_a_pickle() -> Facts:
    return saved(model(), code=("collections OrderedDict", "posix system"))


@code_that_runs_commands.quiet_on
def methods_by_name() -> Facts:
    return saved(model(), code=("builtins getattr", "torch._utils _rebuild_tensor_v2"))
