"""All planted faults and clean sets, and the cases they make: each fault in each dose at each seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.planted import (
    annotation_errors,
    class_folders,
    clean_class_folders,
    clean_contents,
    clean_entries,
    clean_files,
    clean_layouts,
    clean_others,
    clean_small,
    clean_tasks,
    clean_yolo,
    coco_json,
    label_files,
    label_rows,
    pictures,
    splits,
    voc_xml,
    yolo_settings,
)
from bench.planted.truth import Clean, Fault

FAMILIES = (
    label_rows,
    label_files,
    pictures,
    splits,
    yolo_settings,
    annotation_errors,
    coco_json,
    voc_xml,
    class_folders,
)
FAULTS: tuple[Fault, ...] = tuple(fault for family in FAMILIES for fault in family.FAULTS)
CLEAN_FAMILIES = (
    clean_yolo,
    clean_files,
    clean_others,
    clean_small,
    clean_layouts,
    clean_contents,
    clean_tasks,
    clean_entries,
    clean_class_folders,
)
CLEAN: tuple[Clean, ...] = tuple(clean for family in CLEAN_FAMILIES for clean in family.CLEAN)


@dataclass(frozen=True)
class Case:
    """A fault, or a clean set, with its dose and seed."""

    what: Fault | Clean
    dose: str
    seed: int

    @property
    def key(self) -> str:
        """Its name in results."""
        return f"{self.what.name}/{self.dose}/{self.seed}"


def cases(seeds: int = 2) -> Iterator[Case]:
    """Every case, seed by seed."""
    for seed in range(seeds):
        for fault in FAULTS:
            for dose in fault.doses:
                yield Case(fault, dose, seed)
        for clean in CLEAN:
            yield Case(clean, "clean", seed)
