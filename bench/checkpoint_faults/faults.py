"""All planted faults of checkpoints: those that make the file bad, and those of what it keeps."""

from bench.checkpoint_faults import damaged, lacking  # noqa: F401  (they register theirs)
from bench.checkpoint_faults.fault import FAULTS, Fault

__all__ = ["FAULTS", "Fault"]
