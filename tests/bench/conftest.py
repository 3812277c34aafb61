"""The benchmark is no package: its folder goes on the path, as when its scripts are run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
