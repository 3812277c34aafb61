"""Whether a script goes on with a training that was saved: read from its text, nothing is executed."""

from __future__ import annotations

import ast

COUNTERS = ("epoch", "start_epoch", "step", "global_step", "iter", "iteration", "epochs_trained")


def reads_counter(script: str) -> bool:
    """Whether it loads a file with `torch.load` and reads an epoch or step by name: `checkpoint["epoch"]`, `.get("epoch")`."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError):
        return False
    loads = reads = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            reads |= _is_counter(node.slice)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            loads |= (
                node.func.attr == "load" and isinstance(node.func.value, ast.Name) and node.func.value.id == "torch"
            )
            reads |= node.func.attr in ("get", "pop") and bool(node.args) and _is_counter(node.args[0])
    return loads and reads


def _is_counter(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in COUNTERS
