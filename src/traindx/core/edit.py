"""An edit: one row of a label file, or one annotated object, as it is and as it should be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

Shares: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True)
class Edit:
    """The row at `line` (from 1) of the file `path` (relative to the dataset's root), or the object `id` of a json or xml.

    `after` is None where it is deleted. `codes` are the checks that it answers; `safe` edits keep the meaning of the label,
    others delete something or guess. `was` and `box` are centre and size as shares of the picture, of objects that change.
    """

    path: str
    line: int
    before: str
    after: str | None
    codes: tuple[str, ...]
    safe: bool
    id: int = -1
    image: int = -1
    was: Shares | None = None
    box: Shares | None = None

    def to_json(self) -> dict[str, Any]:
        """What the log keeps of it."""
        kept = asdict(self)
        del kept["was"], kept["box"], kept["image"]
        if self.id < 0:
            del kept["id"]
        return {**kept, "codes": list(self.codes)}
