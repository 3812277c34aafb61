"""Loader workers draw the same random numbers, or the same ones in every epoch.

## How it shows
Pictures of different workers are cropped, flipped and disturbed alike; validation is lower than it could be, and nothing else
shows.

## How to tell it from its look-alikes
Generators that stand alike and are never drawn from do no harm. torch seeds its own generator, and since 1.9 numpy's, differently
in each worker and epoch; what a dataset holds itself, and what `worker_init_fn` seeds, it leaves alone.

## How to fix
Draw from torch's generator, or seed your own in the worker.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import seed_workers

DUPLICATE_WORKER_SEEDS = Cause(
    slug="duplicate-worker-seeds",
    doc=__doc__,
    clues=(Clue("B143", if_seen=9.0, if_absent=-6.0, proves=True),),  # a guess until the benchmark sets it
    fix=Fix(
        "Seed each worker's generators from torch's seed of that worker.",
        {
            "pytorch": "def seed_worker(worker_id):\n    seed = torch.initial_seed() % 2**32\n    np.random.seed(seed)\n"
            "    get_worker_info().dataset.rng = np.random.default_rng(seed)\n\n"
            "DataLoader(…, worker_init_fn=seed_worker)",
        },
    ),
    proof="observed",
    undo=seed_workers(),
)
