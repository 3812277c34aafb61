"""A capsule is read back as it was written; a file that is none, or lies about itself, is refused and runs nothing."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path

import pytest

from traindx.core.capsule import KEY, Packed, open_capsule, write_capsule
from traindx.errors import TraindxError


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "capsule-0-loss-4.safetensors"
    tensors = [
        Packed("state/a", "F32", (2,), struct.pack("<2f", 1.0, 2.0)),
        Packed("batch/0/1", "I64", (1,), struct.pack("<q", 7)),
    ]
    write_capsule(path, {"step": 4, "loss": float("nan")}, tensors)
    capsule = open_capsule(tmp_path)
    assert capsule.step == 4 and capsule.facts["loss"] != capsule.facts["loss"]
    assert struct.unpack("<2f", capsule.read("state/a")) == (1.0, 2.0)
    assert struct.unpack("<q", capsule.read("batch/0/1")) == (7,)
    assert list(capsule.below("state/")) == ["a"] and [p.name for p in tmp_path.iterdir()] == [path.name]


def head(tensors: dict[str, object], facts: object = None) -> bytes:
    """A file with this head and eight bytes of tensors."""
    text = json.dumps({"__metadata__": {KEY: json.dumps(facts or {"schema": 1})}, **tensors}).encode()
    return len(text).to_bytes(8, "little") + text + bytes(8)


class Evil:
    """Writes a file when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return exec, ("open('ran', 'w').close()",)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"12",
        bytes(100),
        (1 << 60).to_bytes(8, "little") + bytes(50),
        pickle.dumps(Evil()),
        head({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}),
        head({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}),
        head({"a": {"dtype": "F32", "shape": [-2], "data_offsets": [8, 0]}}),
        head({"a": {"dtype": "pickle", "shape": [1], "data_offsets": [0, 8]}}),
        head({}, {"schema": 99}),
        head({"a": [1, 2]}),
    ],
)
def test_what_is_no_whole_capsule_is_refused(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "capsule-0-loss-1.safetensors"
    path.write_bytes(content)
    with pytest.raises(TraindxError, match="no capsule, or not whole"):
        open_capsule(path)
    assert not (tmp_path / "ran").exists()


def test_a_folder_without_capsule_says_so(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="holds no capsule"):
        open_capsule(tmp_path)
