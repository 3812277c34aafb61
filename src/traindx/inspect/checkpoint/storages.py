"""The bytes of tensors in a checkpoint file: a zip as `torch.save` writes it, the older format, or safetensors.

Nothing is unpickled. The bytes are mapped, not read, so that memory stays small whatever the size of the file.
"""

from __future__ import annotations

import io
import json
import pickletools
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.pickled import Made, plain_values
from traindx.errors import TraindxError

Bytes = NDArray[np.uint8]
PIECE = 2**24
MAX_INDEX = 2**26
"""A larger pickle of names is not read: that of a model of 100 million weights has less than a megabyte."""

OLD_MAGIC = bytes.fromhex("8a0a6cfc9c46f920")
"""How files of `torch.save` before 1.6 go on after the two bytes of the pickle's protocol (torch/serialization.py)."""

WIDTHS = {"Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1,
          "Untyped": 1}  # fmt: skip


@dataclass
class Opened:
    """What a file holds: the value of its pickle (or names and tensors of safetensors), storages by key, names of code, damage."""

    format: str
    content: Any = None
    storages: dict[str, Bytes] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    damage: list[str] = field(default_factory=list)


def opened(path: Path) -> Opened:
    """Read a checkpoint file. What is broken in it is said in `damage`; raises `TraindxError` where it is no checkpoint."""
    size = path.stat().st_size
    if size == 0:
        return Opened("empty", damage=["the file is empty, 0 bytes"])
    whole = np.memmap(path, dtype=np.uint8, mode="r")
    start = bytes(whole[:16])
    if path.suffix == ".safetensors":
        return _safetensors(whole)
    if start[:4] == b"PK\x03\x04":
        return _zip(path, whole)
    if OLD_MAGIC in start:
        return _old(path, whole)
    if start[:1] == b"\x80":
        return _pickle(path, size)
    if not any(start):
        return Opened("unknown", damage=[f"the file begins with zeros, and no checkpoint does ({size:,} bytes)"])
    hint = "give a file that torch.save or safetensors wrote"
    raise TraindxError(f"{path} is no checkpoint: it begins with {start[:4]!r}", "", hint)


def _zip(path: Path, whole: Bytes) -> Opened:
    found = Opened("torch")
    try:
        archive = zipfile.ZipFile(path)
        entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, struct.error):
        found.damage.append(f"the archive is cut at {len(whole):,} bytes: its directory, which ends it, is not there")
        return found
    with archive:
        return _entries(archive, entries, whole, found)


def _entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], whole: Bytes, found: Opened) -> Opened:
    index = next((e for e in entries if e.filename.rpartition("/")[2] == "data.pkl"), None)
    if index is None:
        raise TraindxError(f"{archive.filename} is a zip without data.pkl", "", "give a file that torch.save wrote")
    sums = any(e.CRC for e in entries)  # torch.serialization.set_crc32_options(False) writes none
    folder = index.filename.removesuffix("data.pkl")
    for entry in entries:
        data = _member(archive, entry, whole)
        name = entry.filename.removeprefix(folder)
        if data is None or len(data) != entry.file_size:
            found.damage.append(f"{name} wants {entry.file_size:,} bytes that the file does not have")
        elif sums and _crc(data) != entry.CRC:
            found.damage.append(
                f"{name} is not what was written: its checksum does not fit ({entry.file_size:,} bytes)"
            )
        elif name.startswith("data/"):
            found.storages[name.removeprefix("data/")] = data
        elif entry is index and entry.file_size <= MAX_INDEX:
            _read_index(data.tobytes(), found)
    return found


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, whole: Bytes) -> Bytes | None:
    if entry.compress_type != zipfile.ZIP_STORED:
        try:
            return np.frombuffer(archive.read(entry), np.uint8)
        except (zipfile.BadZipFile, zlib.error, OSError):
            return None
    head = bytes(whole[entry.header_offset : entry.header_offset + 30])
    if head[:4] != b"PK\x03\x04" or len(head) < 30:
        return None
    at = entry.header_offset + 30 + sum(struct.unpack("<HH", head[26:30]))
    return whole[at : at + entry.file_size]


def _crc(data: Bytes) -> int:
    value = 0
    for at in range(0, len(data), PIECE):
        value = zlib.crc32(data[at : at + PIECE].data, value)
    return value


def _read_index(data: bytes, found: Opened) -> None:
    try:
        found.content = plain_values(data)
    except TraindxError as error:
        found.damage.append(f"its index cannot be read, {error}")
    found.code = tuple(sorted(set(names_in(data))))


def names_in(data: bytes) -> Iterator[str]:
    """The functions and classes that a pickle names, as `module name`."""
    texts: list[str] = []
    memo: dict[int, str] = {}
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name in ("GLOBAL", "INST"):
                yield str(argument)
            elif opcode.name == "STACK_GLOBAL" and len(texts) >= 2:
                yield f"{texts[-2]} {texts[-1]}"
            elif "UNICODE" in opcode.name:
                texts.append(str(argument))
            elif opcode.name == "MEMOIZE":
                memo[len(memo)] = texts[-1] if texts else ""
            elif opcode.name in ("BINGET", "LONG_BINGET") and isinstance(argument, int):
                texts.append(memo.get(argument, ""))
            del texts[:-4]
    except Exception:  # a damaged pickle fails in any way, and what was named before it is told
        return


def _pickle(path: Path, size: int) -> Opened:
    found = Opened("pickle")
    if size > MAX_INDEX:
        raise TraindxError(
            f"{path} is a pickle of {size:,} bytes and no checkpoint of torch", "", "save it with torch.save"
        )
    _read_index(path.read_bytes(), found)
    return found


def _old(path: Path, whole: Bytes) -> Opened:
    """Before torch 1.6: four pickles, the keys of the storages, and for each its length and bytes (torch/serialization.py)."""
    found = Opened("torch before 1.6")
    pickles = []
    with path.open("rb") as file:
        try:
            for _ in range(5):
                start = file.tell()
                for _ in pickletools.genops(file):
                    pass
                pickles.append(bytes(whole[start : file.tell()]))
        except Exception:  # a damaged pickle fails in any way
            found.damage.append(f"the file is cut at {len(whole):,} bytes, before its tensors begin")
            return found
        at = file.tell()
    _read_index(pickles[3], found)
    widths = dict(_widths(found.content))
    for key in plain_values(pickles[4]):
        count = int.from_bytes(bytes(whole[at : at + 8]), "little")
        end = at + 8 + count * widths.get(str(key), 4)
        if end > len(whole):
            found.damage.append(f"the file is cut at {len(whole):,} bytes: storage {key} would end at {end:,}")
            break
        found.storages[str(key)] = whole[at + 8 : end]
        at = end
    return found


def _widths(value: Any) -> Iterator[tuple[str, int]]:
    """The bytes of one value in each storage that an old pickle names."""
    seen: set[int] = set()
    todo = [value]
    while todo:
        one = todo.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Made):
            if one.of == "persistent" and isinstance(one.arguments, tuple) and len(one.arguments) > 3:
                kind = str(one.arguments[1]).rpartition(" ")[2].removesuffix("Storage")
                yield str(one.arguments[2]), WIDTHS.get(kind, 4)
            todo += [one.arguments, one.state, *one.items.values()]
        elif isinstance(one, dict):
            todo += list(one.values())
        elif isinstance(one, (list, tuple)):
            todo += list(one)


def _safetensors(whole: Bytes) -> Opened:
    """The header is JSON with type, shape and place of each tensor (huggingface.co/docs/safetensors, format)."""
    found = Opened("safetensors", content={})
    length = int.from_bytes(bytes(whole[:8]), "little")
    try:
        header = json.load(io.BytesIO(bytes(whole[8 : 8 + length])))
    except (ValueError, MemoryError, OverflowError):
        found.damage.append(f"its header of {length:,} bytes cannot be read; the file has {len(whole):,} bytes")
        return found
    header.pop("__metadata__", None)
    end = 8 + length + max((entry["data_offsets"][1] for entry in header.values()), default=0)
    if end != len(whole):
        found.damage.append(f"the file has {len(whole):,} bytes, and its header speaks of {end:,}")
    for name, entry in header.items():
        low, high = (8 + length + int(at) for at in entry["data_offsets"])
        if high <= len(whole):
            found.storages[name] = whole[low:high]
    found.content = header
    return found
