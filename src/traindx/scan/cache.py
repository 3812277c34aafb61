"""Keeps what was measured of pictures in the user's cache folder, so that an unchanged picture is measured once.

One folder per dataset and depth holds Parquet files: columns of `Pictures` and `key`, a 64-bit hash of a picture's address,
size and time (two of a million pictures share one with a probability of 3e-8). Parts are written while a scan runs, each
under its final name at once, and joined into one file at its end; so scans may end at any moment and run side by side.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import xxhash
from numpy.typing import NDArray

from traindx.core.dataset import Hashes, Ints, Pictures
from traindx.scan.pictures import joined, pictures_of

if TYPE_CHECKING:
    import pyarrow as pa

Stamp: TypeAlias = "tuple[int, int | str]"
"""A file's size in bytes, and its time in nanoseconds or what its store calls its version."""

EVERY = 3.0
"""Seconds between two parts: what a scan that is killed loses at most."""

LIMIT = 2_000_000_000
"""Bytes that the cache may take, a guess; beyond, the sets that were not scanned for longest are removed."""

DECODERS = ("PIL", "simplejpeg", "numpy")


class Cache:
    """What is known of the pictures of one dataset. Nothing that goes wrong with its files is an error: it costs time."""

    def __init__(self, dataset: str, depth: str) -> None:
        self._folder = folder_of(dataset, depth)
        self._read: list[Path] = []
        self._keys, self._known = self._load()
        self._waiting: list[tuple[Hashes, Pictures]] = []
        self._written = time.monotonic()
        self.new = 0

    def _load(self) -> tuple[Hashes, Pictures]:
        found = []
        for file in sorted(self._folder.glob("*.parquet")):
            with suppress(Exception):  # cut off, damaged or of another version: as if it were not there
                found.append(_from_file(file))
            self._read.append(file)
        keys = np.concatenate([keys for keys, _ in found]) if found else np.zeros(0, np.uint64)
        _, first = np.unique(keys, return_index=True)
        return keys[first], joined([part for _, part in found]).take(first)

    def find(self, keys: Hashes) -> Ints:
        """For each key, where in `known` it is, or -1. A key of 0 is never known."""
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where((self._keys[at] == keys) & (keys != 0), at, -1)

    def known(self, at: Ints) -> Pictures:
        """What is known at these places."""
        return self._known.take(at)

    def add(self, keys: Hashes, pictures: Pictures) -> None:
        """Take what was just measured; it is on disk after `EVERY` seconds at most."""
        sure = _sure(keys, pictures)
        self._waiting.append((keys[sure], pictures.take(sure)))
        self.new += len(sure)
        if time.monotonic() - self._written > EVERY:
            self.flush()

    def flush(self) -> None:
        """Write what waits as one more part."""
        waiting, self._waiting = self._waiting, []
        if sum(len(keys) for keys, _ in waiting):
            self._write(np.concatenate([keys for keys, _ in waiting]), joined([part for _, part in waiting]))
        self._written = time.monotonic()

    def _write(self, keys: Hashes, pictures: Pictures) -> bool:
        part = self._folder / f".{uuid.uuid4().hex}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _to_file(part, keys, pictures)
            part.replace(part.with_name(f"{part.name[1:]}.parquet"))
            self._read.append(part.with_name(f"{part.name[1:]}.parquet"))
        except OSError:
            with suppress(OSError):
                part.unlink()
            return False
        return True

    def finish(self, keys: Hashes, pictures: Pictures) -> None:
        """All pictures of the dataset are measured: keep these and nothing else, in one file, and the cache in its bounds."""
        before = list(self._read)
        sure = _sure(keys, pictures)
        if self.new or len(before) > 1:
            self._waiting = []
            if self._write(keys[sure], pictures.take(sure)):
                for file in before:
                    with suppress(OSError):
                        file.unlink()
        with suppress(OSError):
            os.utime(self._folder)
            _bound(self._folder.parent, self._folder)


def _sure(keys: Hashes, pictures: Pictures) -> Ints:
    """Which pictures are kept: not those that could not be read, because that may change while size and time do not."""
    return np.flatnonzero((keys != 0) & (pictures.file_size > 0))


def folder_of(dataset: str, depth: str) -> Path:
    """Where what is known of a dataset is kept, by how deep it was scanned and how pictures are measured."""
    name = xxhash.xxh3_64_hexdigest(dataset.encode("utf-8", "replace"))
    return cache_folder() / "pictures" / f"{name}-{depth}-{measurement()}"


def cache_folder() -> Path:
    """TRAINDX_CACHE, or the user's cache folder of the system."""
    if given := os.environ.get("TRAINDX_CACHE"):
        return Path(given).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("traindx"))


def measurement() -> str:
    """A name for how pictures are measured: of the code that does it, and of the decoders. Another name, another cache."""
    seen = xxhash.xxh3_64(" ".join(f"{name} {import_module(name).__version__}" for name in DECODERS).encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(file.read_bytes())
    return seen.hexdigest()


def keys_of(addresses: Sequence[str], stamps: Iterator[Stamp | None]) -> Hashes:
    """A hash of each address with its stamp; 0 for what has no stamp and must be measured."""
    hashed = (
        0
        if stamp is None
        else xxhash.xxh3_64_intdigest(f"{address}\0{stamp[0]}\0{stamp[1]}".encode("utf-8", "replace"))
        for address, stamp in zip(addresses, stamps, strict=True)
    )
    return np.fromiter(hashed, dtype=np.uint64, count=len(addresses))


def local_stamps(paths: Sequence[str]) -> Iterator[Stamp | None]:
    """Size and times of files on this machine; None where there is none.

    The time of the last change of the inode counts too: a file that was replaced with its old time has a new one.
    """
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116 (faster than Path(...).stat())
        except (OSError, ValueError):
            yield None
        else:
            yield status.st_size, f"{status.st_mtime_ns} {status.st_ctime_ns}"


# pyarrow's own ways to and from numpy import pandas, where it is installed, which takes longer than all the rest


def _to_file(file: Path, keys: Hashes, pictures: Pictures) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"key": keys} | {column.name: getattr(pictures, column.name) for column in fields(Pictures)}
    table = pa.Table.from_arrays([_column(values) for values in columns.values()], names=list(columns))
    parquet.write_table(table, file, compression="zstd", write_page_checksum=True)


def _column(values: NDArray[Any]) -> pa.Array:
    import pyarrow as pa

    if values.dtype == object:
        words = [word.encode("utf-8", "replace") for word in values]
        ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
        return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(b"".join(words)))
    flat = np.ascontiguousarray(values).ravel()
    array = pa.Array.from_buffers(pa.from_numpy_dtype(flat.dtype), len(flat), [None, pa.py_buffer(flat)])
    return array if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(array, values.shape[1])


def _from_file(file: Path) -> tuple[Hashes, Pictures]:
    from pyarrow import parquet

    names = ["key", *(column.name for column in fields(Pictures))]
    strings = [column.name for column in fields(Pictures) if column.type == "Strings"]
    table = parquet.ParquetFile(file, read_dictionary=strings, page_checksum_verification=True).read(names)
    columns = {name: np.concatenate([_values(chunk) for chunk in table.column(name).chunks]) for name in names}
    expected = pictures_of(())
    if any(columns[f.name].dtype != getattr(expected, f.name).dtype for f in fields(Pictures)) or table.num_rows == 0:
        raise ValueError(f"{file} holds other types")
    return columns.pop("key"), Pictures(**columns)


def _values(array: pa.Array) -> NDArray[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):  # equal strings become one object
        words = np.array([*array.dictionary.to_pylist(), ""], dtype=object)
        return np.asarray(words[_values(array.indices)])
    if pa.types.is_fixed_size_list(array.type):  # flatten() would import pyarrow.compute
        size = array.type.list_size
        return _values(array.values.slice(array.offset * size, len(array) * size)).reshape(len(array), size)
    dtype = np.dtype(array.type.to_pandas_dtype())
    return np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * dtype.itemsize)


def _bound(home: Path, own: Path) -> None:
    """Remove the sets not scanned for longest until the rest fits the limit; the one just scanned stays."""
    sizes = {
        folder: sum(file.stat().st_size for file in folder.iterdir()) for folder in home.iterdir() if folder.is_dir()
    }
    total = sum(sizes.values())
    for folder in sorted(sizes, key=lambda folder: folder.stat().st_mtime):
        if total <= LIMIT:
            return
        if folder != own:
            for file in folder.iterdir():
                file.unlink(missing_ok=True)
            folder.rmdir()
            total -= sizes[folder]
