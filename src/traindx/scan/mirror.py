"""Datasets behind a URL: their text files are fetched, their pictures stand as empty files until they are measured.

The readers then work on a folder of this machine as ever, and what they say is given back in terms of the URL.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from traindx.errors import TraindxError
from traindx.scan.cache import Stamp
from traindx.scan.fetching import fetched_full, fetched_quick
from traindx.scan.measuring import Store

TEXTS = frozenset(["yaml", "yml", "txt", "json", "xml", "csv", "names", "data", "labels"])
"""Suffixes of the files that readers open."""

NOT_WANTED = frozenset(["cache", "npy", "npz", "pt", "pth", "zip", "tar", "gz", "mp4"])
TOGETHER = 500
"""Text files fetched at once."""

Thing = TypeVar("Thing")


def is_url(data: str) -> bool:
    """Whether `data` names something that is not on this machine: `s3://...`, `gs://...`, `memory://...`."""
    return re.match(r"[a-zA-Z][\w+.-]+://", data) is not None and not data.startswith("file://")


@dataclass
class Mirror:
    """A remote tree below `home`, at the same path as in its store; `prefix` is what a URL has before that path."""

    home: str
    prefix: str
    files: Any
    stamps: dict[str, Stamp] = field(default_factory=dict)

    def local(self, path: str) -> str:
        """Where a path of the store lies on this machine. Raises `ValueError` if that is outside of `home`."""
        place = os.path.normpath(f"{self.home}/{_plain(path)}")
        if place != self.home and not place.startswith(self.home + os.sep):
            raise ValueError(path)
        return place

    def url(self, place: str) -> str:
        """The URL of a place on this machine."""
        return self.prefix + place[len(self.home) + 1 :].replace(os.sep, "/")

    def below(self, url: str) -> str:
        """Where a URL of the user's lies on this machine. Raises `TraindxError` if it is not in the tree."""
        place = self.local(_plain(url)) if url.startswith(self.prefix) else ""
        if not Path(place).is_dir() or not place:
            raise TraindxError(f"{url} is no folder of the dataset", hint="give a URL below that of the dataset")
        return place

    def store(self) -> Store:
        """How the pictures are measured: by URL and size."""
        return Store(
            items=lambda places: [(self.url(p), self.stamps.get(p, (0, ""))[0]) for p in places],
            addresses=lambda places: [self.url(p) for p in places],
            stamps=lambda places: (self.stamps.get(p) for p in places),
            full=fetched_full,
            quick=fetched_quick,
            far=True,
        )

    def add(self, path: str) -> None:
        """Mirror the tree at a path of the store, or a URL, if there is one."""
        texts: list[tuple[str, str]] = []
        for folder, _, found in self.files.walk(self.files._strip_protocol(path), detail=True):
            for name, about in found.items():
                suffix = name.rpartition(".")[2].lower()
                if not name or suffix in NOT_WANTED:
                    continue
                with suppress(
                    ValueError, OSError
                ):  # names that a file system cannot hold, or that lead out of the folder
                    place = self.local(f"{folder}/{name}")
                    Path(place).parent.mkdir(parents=True, exist_ok=True)
                    Path(place).touch()
                    self.stamps[place] = int(about.get("size") or 0), _version(about)
                    if suffix in TEXTS:
                        texts.append((about["name"], place))
        for i in range(0, len(texts), TOGETHER):
            self._fetch(dict(texts[i : i + TOGETHER]))

    def _fetch(self, places: Mapping[str, str]) -> None:
        contents = self.files.cat(list(places), on_error="return")
        contents = contents if isinstance(contents, dict) else dict.fromkeys(places, contents)
        for name, content in contents.items():
            place = Path(places[name])
            if isinstance(content, FileNotFoundError):
                place.unlink()
            elif isinstance(content, Exception):
                raise content
            else:
                place.write_bytes(content)

    def add_outside(self, file: str) -> None:
        """Mirror what a dataset's yaml names above its own folder, and the label folders that belong to it."""
        from traindx.scan.listing import folder_of, label_path
        from traindx.scan.settings import find_settings

        with suppress(TraindxError):
            settings = find_settings(Path(file))
            own = folder_of(file)
            written = [v for key in ("train", "val", "test") if (v := settings.values.get(key))]
            for part in (p for v in written for p in (v if isinstance(v, list) else [v])):
                place = os.path.normpath(settings.root / part)
                if place.startswith(self.home + os.sep) and not place.startswith(own + os.sep):
                    for wanted in {place, folder_of(label_path(f"{place}/x.jpg"))}:
                        self.add(self.url(wanted))

    def renamed(self, thing: Thing) -> Thing:
        """The same with URLs in place of paths of this machine, in every text of it."""
        found: Any = thing
        if isinstance(thing, str):
            found = thing.replace(self.home + os.sep, self.prefix) if self.home in thing else thing
        elif isinstance(thing, np.ndarray) and thing.dtype == object:
            found = np.empty(len(thing), dtype=object)
            found[:] = [self.renamed(value) for value in thing]
        elif isinstance(thing, Mapping):
            found = {self.renamed(key): self.renamed(value) for key, value in thing.items()}
        elif isinstance(thing, tuple | list):
            found = type(thing)(self.renamed(value) for value in thing)
        elif is_dataclass(thing) and not isinstance(thing, type):
            found = replace(found, **{f.name: self.renamed(getattr(thing, f.name)) for f in fields(thing)})
        renamed: Thing = found
        return renamed


@contextmanager
def mirrored(url: str) -> Iterator[tuple[Mirror, str]]:
    """A mirror of the dataset at `url` and where its description lies in it; the mirror goes when this ends.

    Raises `TraindxError` for a wrong URL, a missing package, refused access, and for what the reader raises, by URL.
    """
    with tempfile.TemporaryDirectory(prefix="traindx-") as folder:
        home = os.path.realpath(folder)
        with _explained(url):
            import fsspec

            files, path = fsspec.core.url_to_fs(url)
            path = path.rstrip("/")
            mirror = Mirror(home, _prefix(url, path), files)
            start = mirror.local(path)
            if not files.exists(path):
                raise FileNotFoundError(url)
            lone = not files.isdir(path)
            mirror.add(_root(path) if lone else path)
            if lone and path.endswith((".yaml", ".yml")):
                mirror.add_outside(start)
        try:
            yield mirror, start
        except TraindxError as error:
            raise TraindxError(mirror.renamed(str(error))) from error


@contextmanager
def _explained(url: str) -> Iterator[None]:
    try:
        yield
    except TraindxError:
        raise
    except ImportError as error:
        package = url.split("://")[0]
        raise TraindxError(
            f"{url}: the package that reads {package}:// is not installed ({error})", hint="pip install traindx[remote]"
        ) from error
    except FileNotFoundError as error:
        raise TraindxError(
            f"{url}: no such file or folder", hint="give the URL of a data.yaml or of a folder"
        ) from error
    except PermissionError as error:
        raise TraindxError(f"{url}: access is refused ({error})", hint="check the store's credentials") from error
    except Exception as error:  # each store's client has its own errors
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise TraindxError(f"{url} cannot be read: {said}", hint="check the URL and the store's credentials") from error


def _plain(path: str) -> str:
    """A path of the store without what some stores keep before it: `/`, or `https://`."""
    return path.rpartition("://")[2].strip("/")


def _prefix(url: str, path: str) -> str:
    """What stands before the store's path in a URL."""
    at = url.rstrip("/").rfind(_plain(path))
    return url[:at] if at > 0 and _plain(path) else url.split("://")[0] + "://"


def _root(file: str) -> str:
    """The folder that a lone file describes: its own, or the one above `annotations`."""
    folder = file.rpartition("/")[0]
    return folder.rpartition("/")[0] if folder.rpartition("/")[2].lower() == "annotations" else folder


def _version(about: Mapping[str, Any]) -> str:
    """What changes when the file does: the store's hash, or its time."""
    return str(
        next(
            (about[key] for key in ("ETag", "etag", "md5Hash", "LastModified", "mtime", "created") if about.get(key)),
            "",
        )
    )
