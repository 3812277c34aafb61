"""TensorBoard event files, written here byte by byte after the published format."""

import struct
from pathlib import Path

from traindx.readers import read
from traindx.readers.tensorboard import scalars


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def record(step: int, tag: str, value: float, *, tensor: bool = False) -> bytes:
    number = struct.pack("<f", value)
    held = field(8, b"\x08\x01" + field(5, number)) if tensor else b"\x15" + number
    event = (
        b"\x09" + struct.pack("<d", 1.7e9) + b"\x10" + bytes([step]) + field(5, field(1, field(1, tag.encode()) + held))
    )
    return struct.pack("<Q", len(event)) + b"\0\0\0\0" + event + b"\0\0\0\0"


def event_file(folder: Path, *records: bytes) -> Path:
    file = folder / "events.out.tfevents.1700000000.host"
    file.write_bytes(b"".join(records))
    return file


def test_scalars_of_both_encodings_are_decoded(tmp_path):
    file = event_file(tmp_path, record(1, "train/loss", 2.5), record(2, "train/loss", 1.5, tensor=True))
    assert list(scalars(file)) == [(1, "train/loss", 2.5), (2, "train/loss", 1.5)]


def test_a_record_cut_by_a_kill_ends_the_file(tmp_path):
    file = event_file(tmp_path, record(1, "train/loss", 2.5), record(2, "train/loss", 1.5)[:-12])
    assert len(list(scalars(file))) == 1


def test_steps_become_epochs(tmp_path):
    event_file(
        tmp_path, *(record(i, tag, 0.5) for i in (0, 1) for tag in ("train/box_loss", "metrics/mAP_0.5", "x/lr0"))
    )
    history = read(tmp_path)["history"]
    assert history.epoch.tolist() == [0, 1]
    assert history.metrics["mAP50"].tolist() == [0.5, 0.5]


def test_lightnings_epoch_scalar_gives_the_epoch(tmp_path):
    rows = [(50, "epoch", 0.0), (50, "train_loss", 2.0), (60, "epoch", 0.0), (60, "val_loss", 1.5), (90, "epoch", 1.0)]
    event_file(tmp_path, *(record(*row) for row in [*rows, (90, "train_loss", 1.0)]))
    history = read(tmp_path)["history"]
    assert history.epoch.tolist() == [0, 1]
    assert history.val_loss[0] == 1.5
