"""The peers: each a script in peer_scripts/, run by the python that has it, asked line by line."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from bench.planted.answer import Answer, Said
from bench.planted.catalogue import Case

SCRIPTS = Path(__file__).parent / "peer_scripts"

PEERS: dict[str, tuple[str, ...]] = {
    "ultralytics": ("yolo", "imagefolder"),
    "cleanvision": ("yolo", "coco", "voc", "imagefolder"),
    "datumaro": ("yolo", "coco", "voc", "imagefolder"),
    "imagededup": ("yolo", "coco", "voc", "imagefolder"),
    "supervision": ("yolo", "coco", "voc", "imagefolder"),
    "fastdup": ("yolo", "coco", "voc", "imagefolder"),
    "panlabel": ("yolo", "coco", "voc"),
    "labellint": ("coco",),
    "pycocotools": ("coco",),
}
"""Which formats each is documented to read (cleanvision, fastdup and imagededup read folders of pictures)."""


@dataclass
class Peer:
    """A peer's script as a process that answers one line of JSON with one line of JSON."""

    tool: str
    python: str
    formats: tuple[str, ...]
    process: subprocess.Popen[str] | None = None
    version: str = ""

    def __enter__(self) -> Peer:
        script = SCRIPTS / f"ask_{self.tool}.py"
        self.process = subprocess.Popen(
            [self.python, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.version = json.loads(self._line())["version"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process.wait(timeout=60)

    def _line(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.tool} ended with status {self.process.wait()}")
        return line

    def ask(self, case: Case, root: Path) -> Answer:
        """What the peer says about a set that is drawn."""
        assert self.process is not None and self.process.stdin is not None
        question = {"root": str(root), "format": case.what.format, "data": case.what.data}
        started = time.monotonic()
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        heard = json.loads(self._line())
        said = tuple(
            Said(
                _inside(s["path"], root),
                s.get("line"),
                "",
                s["level"],
                tuple(s["causes"]),
                s["message"][:300],
                s["code"],
            )
            for s in heard["said"]
        )
        return Answer(
            tool=self.tool,
            case=case.key,
            version=self.version,
            seconds=round(time.monotonic() - started, 2),
            said=said,
            faulty=bool(heard["refused"]) or any(s.level == "error" for s in said),
            backgrounds=heard.get("backgrounds", 0),
            refused=heard["refused"][-2000:],
        )


def _inside(path: str, root: Path) -> str:
    return str(Path(path).relative_to(root)) if path and Path(path).is_relative_to(root) else path
