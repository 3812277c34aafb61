"""Evaluator mismatch: validation measures something other than what training taught.

## How it shows
The metric stays at zero, in every epoch, although the training loss falls; often with a validation box loss of exactly
zero. Or the validation loss is the same number every time. Class ids or names differ between the splits, validation labels
are not found, targets have another scale, other weights are evaluated or loaded back; or the accuracy that is printed is not
the share of answers that were right.

## How to tell it from its look-alikes
A model that has not learnt anything yet also scores zero, but its training loss has hardly fallen; a run of one or two
epochs says nothing.

## How to fix
Check the validation split, then evaluate on the training pictures: if the metric rises there, the split is at fault.
"""

from traindx.core.cause import Cause, Clue, Fix

EVALUATOR_MISMATCH = Cause(
    slug="evaluator-mismatch",
    doc=__doc__,
    clues=(
        Clue("V460", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V461", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V471", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V472", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V435", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V473", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V436", if_seen=2.5),
        Clue("V401", if_seen=5.0, if_absent=-3.0),
        Clue("V417", if_seen=-3.0),
        Clue("V429", if_seen=8.0),
        Clue("D503", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("D504", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("D505", if_seen=5.0, if_absent=-0.5),
        Clue("S230", if_seen=5.0),
    ),
    fix=Fix(
        "Bring predictions and targets to one format of boxes, one unit and one numbering of classes, and check the validation "
        "split (`traindx check DATA`). Then evaluate on the training pictures: if it rises there, the split is at fault; if not, "
        "the evaluator.",
        {"ultralytics": "model.val(data=..., split='train')"},
    ),
    proof="twin",
)
