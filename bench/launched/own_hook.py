"""Puts an excepthook of its own in place of Python's, and then fails."""

from __future__ import annotations

import sys
from pathlib import Path

import torch  # noqa: F401

sys.path.insert(0, str(Path(__file__).parent))
sys.excepthook = lambda kind, error, traceback: print("own hook:", error)
sys.argv.append("fail")

import plain  # noqa: E402

plain.main()
