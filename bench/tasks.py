"""The runs of the benchmark: induced causes, faulty programs, and at least as many healthy trainings."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from doses import DOSES, FULL
from programs import FAULTS, Program
from programs.fault import SCRIPTS
from recipes import RECIPES, acts_on
from result import HEALTHY
from traindx.causes import all_causes
from traindx.core.treatment import Treatment
from zoo import healthy_scripts

FEW = 4
"""At most so many recipes of each induced cause in the quick form."""


@dataclass(frozen=True)
class Task:
    """One run of a script: as it is, with a treatment that induces a cause, or edited (`program`).

    `variant` is the dose of a treatment, the name of a fault, or what was changed in a healthy script.
    """

    set: str
    script: str
    cause: str
    variant: str
    seed: int
    treatment: Treatment | None = None
    program: Program | None = None

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What tells one run from another, as in `Result.key`."""
        return self.set, self.script, self.cause, self.variant, self.seed

    @property
    def name(self) -> str:
        """The folder of its recording."""
        return "+".join(map(str, self.key))

    @property
    def onset(self) -> int:
        """The first step at which anything is wrong."""
        if self.program is not None:
            return self.program.fault.onset
        return int(dict(self.treatment.arguments).get("after_step") or 0) if self.treatment is not None else 0

    def text(self) -> str:
        """The script that is run."""
        if self.program is not None:
            return self.program.text()
        text = (SCRIPTS / f"{self.script}.py").read_text()
        return half_the_rate(text) if self.variant == "half-rate" else text


def half_the_rate(text: str) -> str:
    """A healthy script that learns half as fast and is as healthy."""
    return re.sub(r"(\blr|learning_rate)=([\d.e-]+)", lambda m: f"{m[1]}={float(m[2]) / 2:g}", text)


def induced(seeds: int, quick: bool = False) -> Iterator[Task]:
    """Each cause with an `induce` in the process, in each recipe that it can act on, in each dose.

    `quick`: in `FEW` recipes, others for each cause, with the doses in turn.
    """
    for number, cause in enumerate(all_causes()):
        if cause.induce is None or cause.induce.where != "process":
            continue
        doses = [(FULL, cause.induce), *DOSES.get(cause.slug, {}).items()]
        scripts = [s for s in RECIPES if acts_on(cause.slug, s)]
        stride = math.ceil(len(scripts) / FEW) if quick else 1
        for turn, script in enumerate(scripts[number % stride :: stride], number):
            for dose, treatment in doses[turn % len(doses) :][:1] if quick else doses:
                for seed in range(seeds):
                    yield Task("induced", script, cause.slug, dose, seed, treatment=treatment)


def faulty_programs(seeds: int) -> Iterator[Task]:
    """Each fault in each of its scripts."""
    for fault in FAULTS:
        for script in fault.scripts:
            for seed in range(seeds):
                yield Task("program", script, fault.cause, fault.name, seed, program=Program(fault, script))


def healthy() -> Iterator[Task]:
    """Healthy trainings without end: every script, then all at half the rate, then with the next seed."""
    for seed in count():
        for variant in ("as-is", "half-rate"):
            for script in healthy_scripts():
                task = Task("healthy", script.name, HEALTHY, variant, seed)
                if variant == "as-is" or task.text() != (SCRIPTS / f"{script.name}.py").read_text():
                    yield task


def tasks(seeds: int, quick: bool = False) -> list[Task]:
    """All runs that can be made here, those of the first seed first, else in no order: a part of them is like the whole."""
    runnable = {script.name for script in healthy_scripts()}
    faulty = [task for task in (*induced(seeds, quick), *faulty_programs(seeds)) if task.script in runnable]
    both = [*faulty, *islice(healthy(), len(faulty))]
    return sorted(both, key=lambda task: (task.seed, zlib.crc32(task.name.encode())))
