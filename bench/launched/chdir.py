"""Changes into a new folder and then trains, as Hydra's `job.chdir` does; with `hydra` under Hydra itself, `fail` raises."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import plain

if "hydra" in sys.argv:
    import hydra

    fails = "fail" in sys.argv
    sys.argv[1:] = ["hydra.job.chdir=true"]

    @hydra.main(version_base=None, config_path=None)
    def task(config: object) -> None:
        """The task."""
        sys.argv[1:] = ["fail"] if fails else []
        plain.main()

    task()
else:
    Path("outputs/first").mkdir(parents=True)
    os.chdir("outputs/first")
    plain.main()
