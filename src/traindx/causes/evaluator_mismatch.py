"""Evaluator mismatch: validation measures something other than what training taught.

How it shows: the metric stays at zero, in every epoch, although the training loss falls; often a validation box loss of
exactly zero. Class ids or names differ between the splits, validation labels are not found, other weights are evaluated.

Look-alikes: a model that has not learnt anything yet also scores zero, but its training loss has hardly fallen; a run of
one or two epochs says nothing.
"""

from traindx.core.cause import Cause, Clue, Fix

EVALUATOR_MISMATCH = Cause(
    "evaluator-mismatch",
    doc=__doc__ or "",
    clues=(Clue("V401", if_seen=5.0, if_absent=-3.0),),
    fix=Fix(
        "Check the validation split (`traindx check DATA`): labels found, the same class ids and names as in training. Then "
        "evaluate on the training pictures: if it rises there, the split is at fault; if not, the evaluator.",
        {"ultralytics": "model.val(data=..., split='train')"},
    ),
    proof="twin",
)
