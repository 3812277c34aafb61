"""Memory grows with every step, because something keeps what each step made.

## How it shows
Memory of the device or the process rises in every epoch and never settles; the run ends with `out of memory` after hours, at a
batch size that fitted at first.

## How to tell it from its look-alikes
Caches of the dataset, the allocator and new workers grow in the first epoch and then stay. A batch that does not fit fails in the
first steps or in the first validation: `out-of-memory`. A graph that is carried on without `retain_graph` fails at the second
step: `graph-used-twice`.

## How to fix
Keep numbers instead of tensors with a graph; validate without gradients; bound what is collected.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

MEMORY_LEAK = Cause(
    slug="memory-leak",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("P112", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("P110", if_seen=5.0, if_absent=-2.0),
        Clue("P111", if_seen=5.5, if_absent=-2.0),
        Clue("P114", if_seen=5.0),
        Clue("P113", if_seen=0.5),
        Clue("P101", if_seen=0.5),
        Clue("P102", if_seen=0.5),
    ),
    fix=Fix(
        "Keep numbers instead of tensors: the line that is named holds the graph of each step.",
        {
            "pytorch": "losses.append(loss.item())\n"
            "total += loss.detach()\n"
            "outputs.append(output.detach().cpu())\n"
            "with torch.no_grad():\n"
            "    validate(model)",
            "lightning": "self.validation_outputs.append(output.detach().cpu())\nself.validation_outputs.clear()  # each epoch",
        },
    ),
    proof="observed",
)
