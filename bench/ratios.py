"""Update-to-weight ratios of the benchmark's recordings: what the thresholds of T201, T202 and T203 are held against.

python bench/ratios.py      # after bench/run.py: the range over the healthy runs and over those with a rate too high or low
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from traindx.core.recording import Recording

KINDS = ("healthy", "lr-too-high+mild", "lr-too-high+full", "lr-too-low+mild", "lr-too-low+full")


def main() -> None:
    """Print, for each kind of run, the range over its runs of three numbers: median of the first 20, largest, 90th percentile."""
    folders = sorted(p.parent for p in (Path(__file__).parent / "recordings").glob("*/*/rank-0.jsonl"))
    for kind in KINDS:
        ratios = [Recording.load(f).update_ratio for f in folders if f"+{kind}+" in f.parent.name]
        known = [r[np.isfinite(r)] for r in ratios]
        rows = np.array([(np.median(r[:20]), r.max(), np.quantile(r, 0.9)) for r in known if len(r)])
        text = ", ".join(
            f"{name} {low:.2g} to {high:.2g}"
            for name, low, high in zip(
                ("median of the first 20", "largest", "90th percentile"),
                rows.min(axis=0),
                rows.max(axis=0),
                strict=True,
            )
        )
        print(f"{kind} ({len(rows)} runs): {text}")


if __name__ == "__main__":
    main()
