"""Measures pictures behind URLs: their bytes, or for headers their first and last ones, are fetched a shard at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from traindx.core.pictures import Pictures
from traindx.scan.header import measure_headers
from traindx.scan.measure import measure
from traindx.scan.pictures import joined

AT_ONCE = 64_000_000
"""Bytes of pictures that one worker holds at a time; a single larger picture is held alone."""

HEAD = 65_536
"""Bytes fetched of a picture's start for its header: a request costs far more than its bytes, and few EXIF blocks are longer."""

TAIL = 64


def fetched_full(items: Sequence[tuple[str, int]]) -> Pictures:
    """`measure` of pictures given as URL and size."""
    parts = []
    for urls in _groups(items):
        contents = _cat(urls)
        parts.append(measure(urls, partial(_bytes, contents)))
    return joined(parts)


def fetched_quick(items: Sequence[tuple[str, int]]) -> Pictures:
    """`measure_headers` of pictures given as URL and size; a picture whose ends leave a doubt is fetched whole."""
    with tempfile.TemporaryDirectory(prefix="traindx-") as folder:
        ends = zip(items, *_ends(items), strict=True)
        return joined([_header(url, size, head, tail, folder) for (url, size), head, tail in ends])


def _header(url: str, size: int, head: bytes | Exception, tail: bytes | Exception, folder: str) -> Pictures:
    place = Path(folder) / f"picture.{url.rpartition('.')[2][:8]}"
    if isinstance(head, bytes) and isinstance(tail, bytes):
        _sparse(place, head, tail, size)
        facts = measure_headers([str(place)])
        if not facts.damage[0]:
            return facts
    content = _cat([url])
    if isinstance(content[url], Exception):
        return measure([url], partial(_bytes, content))
    place.write_bytes(content[url])
    return measure_headers([str(place)])


def _sparse(place: Path, head: bytes, tail: bytes, size: int) -> None:
    """A file of the right size with nothing between its ends, which takes no room."""
    with place.open("wb") as file:
        file.write(head)
        file.truncate(size)
        file.seek(max(0, size - len(tail)))
        file.write(tail)


def _groups(items: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    group: list[str] = []
    held = 0
    for url, size in items:
        if group and held + size > AT_ONCE:
            yield group
            group, held = [], 0
        group.append(url)
        held += size
    if group:
        yield group


def _bytes(contents: Mapping[str, bytes | Exception], url: str) -> bytes:
    content = contents[url]
    if isinstance(content, FileNotFoundError):
        raise content
    if isinstance(content, Exception):  # each store's client has its own errors
        raise OSError(f"{content}") from content
    return content


def _cat(urls: Sequence[str]) -> dict[str, Any]:
    """The bytes of each, or the error."""
    files, paths = _store(urls)
    found = files.cat(paths, on_error="return")
    found = found if isinstance(found, dict) else {paths[0]: found}
    return {url: found.get(path, FileNotFoundError(url)) for url, path in zip(urls, paths, strict=True)}


def _ends(items: Sequence[tuple[str, int]]) -> tuple[list[Any], list[Any]]:
    """The first bytes of each, and the last, or errors."""
    files, paths = _store([url for url, _ in items])
    sizes = [size for _, size in items]
    head = [min(HEAD, size) for size in sizes]
    heads = files.cat_ranges(paths, [0] * len(paths), head, on_error="return")
    tails = files.cat_ranges(paths, [max(0, size - TAIL) for size in sizes], sizes, on_error="return")
    return heads, tails


def _store(urls: Sequence[str]) -> tuple[Any, list[str]]:
    from fsspec.core import url_to_fs

    files, _ = url_to_fs(urls[0])
    return files, [files._strip_protocol(url) for url in urls]
