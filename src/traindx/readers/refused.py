"""What stands where no log could be read, in a few words, and which run folders or logs lie below it."""

from __future__ import annotations

import zipfile
from pathlib import Path

ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst")
LOGS = (
    *("results.csv", "metrics.csv", "trainer_state.json", "summary.csv", "*tfevents*", "log.txt", "*.wandb", "*.log"),
    *("metrics.json", "scalars.json", "*.log.json"),
)
"""What is looked for in folders below, to say which of them could be named."""

SHOWN = 6


def what_is_there(home: Path) -> str:
    """A file by its kind and first line, a folder by the names in it."""
    if home.is_dir():
        names = sorted(p.name + ("/" if p.is_dir() else "") for p in home.iterdir())
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        return f"the folder holds {', '.join(names[:SHOWN])}{more}" if names else "the folder is empty"
    size = home.stat().st_size
    if not size:
        return "the file is empty"
    if home.suffix.lower() in ARCHIVES:
        return f"it is an archive of {size:,} bytes"
    with home.open("rb") as file:
        start = file.read(4096)
    if start[:2] not in (b"\xff\xfe", b"\xfe\xff") and start.count(0) > 8:
        return f"it is no text, {size:,} bytes that begin with {start[:8].hex(' ')}"
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"{size:,} bytes of text that begin with {first[:80]!r}"


def runs_below(home: Path) -> str:
    """What to name instead: the runs in a folder, the log in an archive."""
    if home.suffix.lower() in ARCHIVES and home.is_file():
        held = _logs_in_archive(home)
        return f"unpack it and name {held}" if held else "unpack it and name a folder in it"
    if not home.is_dir():
        return "name a log in which losses stand with their epochs or steps"
    below = _folders_with_logs(home)
    if not below:
        return ""
    if len(below) == 1:
        return f"a log lies in {below[0]}: name that folder"
    return f"logs lie in {len(below)} folders below it: name one, for example {below[0]} or {below[-1]}"


def only_run_below(home: Path) -> tuple[Path, ...]:
    """The folder below that holds a log, if it is the only one; MLflow's store, if it is there."""
    if not home.is_dir():
        return ()
    below = _folders_with_logs(home)
    store = home / "mlruns"
    return tuple(below) if len(below) == 1 else (store,) if not below and store.is_dir() else ()


def _folders_with_logs(home: Path) -> list[Path]:
    found = {p.parent for below in ("*/", "*/*/", "*/*/*/") for name in LOGS for p in home.glob(below + name)}
    outer = [p for p in found if found.isdisjoint(p.parents)]  # `Loss_train` and `vis_data` are parts of a run
    return sorted(outer, key=lambda p: (len(p.parts), str(p)))


def _logs_in_archive(home: Path) -> str:
    if not zipfile.is_zipfile(home):
        return ""
    with zipfile.ZipFile(home) as archive:
        names = [
            n for n in archive.namelist() if Path(n).name in LOGS or "tfevents" in n or n.endswith((".log", ".wandb"))
        ]
    return names[0] if names else ""
