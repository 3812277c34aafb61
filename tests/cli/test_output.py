"""Where reports go: whole files or none, and one line where they cannot be written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.scan.drawn import dataset

_FULL = """
import resource, signal, sys
from traindx.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
main(sys.argv[1:])
"""


def _check(code: str, data: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, "check", str(data), "--no-cache", "-f", "json", "-o", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_report_that_cannot_be_written_whole_leaves_the_old_one(tmp_path: Path) -> None:
    data = dataset(tmp_path / "set", {f"train/{n}": "1 0.5 0.5 0.2 0.2\n" for n in range(3)})
    report = tmp_path / "out/report.json"
    report.parent.mkdir()
    report.write_text("old")
    done = _check(_FULL, data, report)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "bug" not in done.stderr
    assert f"cannot write {report}: File too large" in done.stderr
    assert report.read_text() == "old" and [path.name for path in report.parent.iterdir()] == ["report.json"]


def test_a_report_takes_the_place_and_mode_of_the_old_one_also_through_a_link(tmp_path: Path) -> None:
    data = dataset(tmp_path / "set", {f"train/{n}": "1 0.5 0.5 0.2 0.2\n" for n in range(3)})
    report = tmp_path / "report.json"
    report.write_text("old")
    report.chmod(0o640)
    (tmp_path / "link.json").symlink_to(report)
    _check("from traindx.cli import main; main()", data, tmp_path / "link.json")
    assert report.read_text().startswith("{") and report.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link.json").is_symlink()


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    data = dataset(tmp_path / "set", {f"train/{n}": "1 0.5 0.5 0.2 0.2\n" for n in range(3)})
    done = _check("from traindx.cli import main; main()", data, "/dev/stdout")
    assert '"outcomes"' in done.stdout
    done = _check("from traindx.cli import main; main()", data, "/dev/full")
    assert done.returncode == 2 and "No space left on device" in done.stderr and Path("/dev/full").is_char_device()
