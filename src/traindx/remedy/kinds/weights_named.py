"""A prefix taken off the names of a checkpoint whose weights are otherwise the model's."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import called

CAUSES = ("weights-not-loaded",)
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "backbone.")


def edits(case: Case) -> Sequence[Edit]:
    """In the `load_state_dict` that the diagnosis names, with the prefix that its reasons name."""
    said = " ".join(reason.text for reason in case.diagnosis.because)
    named = [prefix for prefix in PREFIXES if prefix in said]
    for spot in case.places if len(named) == 1 else []:
        for call in spot.calls:
            if called(call) == "load_state_dict" and call.args and isinstance(call.func, cst.Attribute):
                state = spot.script.written(call.args[0].value)
                code = f'{{k.removeprefix("{named[0]}"): v for k, v in ({state}).items()}}'
                return (
                    replaced(
                        spot.script, call.args[0].value, code, f"{named[0]} is taken off the names of the weights"
                    ),
                )
    return ()
