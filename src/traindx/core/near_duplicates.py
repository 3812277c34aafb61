"""Pictures that are copies of another: the same bytes, or nearly the same picture by its hash and its colours.

Two pictures are near copies if their perceptual hashes differ in at most `LIMIT` of 64 bits, as they stand or mirrored left
to right, and if 4 x 4 mean colours of one are those of the other but for one gain, with a residual of at most `RESIDUAL`.
Chosen on 364 pictures of blood cells, 256 of COCO and 2,062 of hands before a white wall, against altered copies of 128 of
each (`python bench/near_copies.py`). With both conditions are found: JPEG of quality 20, half the size, 0.35 times the light,
mirrored: all; 5 % cropped around: 89 to 99 %, and mirrored besides 88 to 98 %; 10 % cropped: 12 to 34 %; turned by 3 degrees:
none to 66 %. Of unrelated pairs: none of 32,640 of COCO, 1 of 66,066 of blood cells (a second photograph of the same cells),
50 of 2,124,891 of hands (alike to the eye, which is why alike training pictures are held against alike pictures across
splits). The hash alone matches 847 of those pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Images, Ints
from traindx.core.hamming import Index, hamming

LIMIT = 10
RESIDUAL = 0.25

MANY = 200_000
LIMIT_OF_MANY = 7
"""Above `MANY` pictures the hashes may differ in so many bits: each band is looked up with up to one bit changed (17 ways)
and not two (137 ways), which still finds all that was encoded again, scaled or darkened, and 59 to 94 % of what was cropped
by 5 % (`python bench/near_copies.py`)."""

TEXTURE = 1.5
"""Spread of the 4 x 4 colours, in levels of 255, below which a picture is taken as flat: hash and colours of flat pictures
are noise. The flattest of the pictures above, darkened to 0.35, has 2.2."""

FLAT = 0.01
"""Standard deviation of grey below which a picture shows nothing. The flattest above, darkened to 0.35, has 0.020."""

MIRROR = np.uint64(0xAAAAAAAAAAAAAAAA)
"""Mirroring changes the sign of every other column of the cosine transform, and so these bits of the hash: nearly, because
the median is near zero. The distance to the mirrored hash of a mirrored picture was 2 to 4 in the median, 10 at most
(`python bench/near_copies.py`)."""


@dataclass(frozen=True)
class Copies:
    """For each picture, another one of a set of pictures that it is a copy of: its index, or -1 if there is none.

    `distance` is in bits, 0 for the same bytes; `exact` and `mirrored` say which kind.
    """

    other: Ints
    distance: Ints
    exact: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]


def copies(images: Images, queries: Ints, base: Ints) -> Copies:
    """For each of `images`, if it is one of `queries`, the picture of `base` that it is a copy of, other than itself.

    Both are indices. The same file counts as its own copy only where it is listed a second time.
    """
    n = len(images)
    found = Copies(np.full(n, -1), np.full(n, 64), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool))
    _exact(images, queries, base, found)
    _near(images, queries, base, found)
    return found


def identities(images: Images) -> Ints:
    """A number for each picture's bytes, equal for equal bytes (or the same file where bytes were not read).

    Of damaged files equal bytes say nothing: empty files are all the same.
    """
    read = (images.content != 0) & (images.damage == "")
    mixed = images.content[read] ^ (images.file_size[read].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    ids = np.empty(len(images), dtype=np.int64)
    ids[read] = np.unique(mixed, return_inverse=True)[1].reshape(-1)
    paths = images.path[~read]
    if images.once:
        ids[~read] = np.arange(len(images), len(images) + len(paths))
        return ids
    number = {path: i for i, path in enumerate(dict.fromkeys(paths), len(images))}
    ids[~read] = [number[path] for path in paths]
    return ids


def is_flat(images: Images) -> NDArray[np.bool_]:
    """Pictures of one colour, or nearly: that they are the same says nothing. False where a picture was not decoded."""
    return np.asarray(images.contrast < FLAT)


def _exact(images: Images, queries: Ints, base: Ints, found: Copies) -> None:
    ids = identities(images)
    order = base[np.argsort(ids[base], kind="stable")]
    low = np.searchsorted(ids[order], ids[queries], "left")
    high = np.searchsorted(ids[order], ids[queries], "right")
    first = order[np.minimum(low, len(order) - 1)] if len(order) else queries
    second = order[np.minimum(low + 1, len(order) - 1)] if len(order) else queries
    itself = first == queries
    hit = high - low > itself
    found.other[queries[hit]] = np.where(itself, second, first)[hit]
    found.distance[queries[hit]], found.exact[queries[hit]] = 0, True


def _near(images: Images, queries: Ints, base: Ints, found: Copies) -> None:
    usable = (images.phash != 0) & np.isfinite(images.brightness)
    textured = np.zeros(len(images), dtype=bool)
    textured[usable] = _texture(images.thumb[usable]) >= TEXTURE
    members = base[textured[base]]
    asked = queries[textured[queries] & (found.other[queries] < 0)]
    limit = LIMIT if max(len(asked), len(members)) <= MANY else LIMIT_OF_MANY
    if not len(members):
        return
    index = Index(images.phash[members])
    for flips in range(limit // 4 + 1):
        for mirrored in (False, True):
            open_ = asked[found.other[asked] < 0]
            hashes = images.phash[open_] ^ (MIRROR if mirrored else np.uint64(0))
            for query, member in index.pairs(hashes, flips, limit):
                _keep(images, open_[query], members[member], mirrored, found)


def _keep(images: Images, query: Ints, member: Ints, mirrored: bool, found: Copies) -> None:
    """Of candidate pairs, keep for each query the nearest that colours and shape confirm."""
    apart = query != member
    query, member = query[apart], member[apart]
    alike = residual(images, query, member, mirrored=mirrored) <= RESIDUAL
    query, member = query[alike], member[alike]
    distance = hamming(images.phash[query] ^ (MIRROR if mirrored else np.uint64(0)), images.phash[member])
    order = np.lexsort((member, distance, query))
    query, member, distance = query[order], member[order], distance[order].astype(np.int64)
    first = np.flatnonzero(np.diff(query, prepend=-1))
    better = first[distance[first] < found.distance[query[first]]]
    chosen = query[better]
    found.other[chosen], found.distance[chosen] = member[better], distance[better]
    found.mirrored[chosen] = mirrored


def residual(images: Images, a: Ints, b: Ints, *, mirrored: bool = False) -> NDArray[np.floating[Any]]:
    """What of the colours of a, (n, 48), no gain of those of b explains, over their spread: 0 for the same picture."""
    x, y = images.thumb[a].astype(np.float32), images.thumb[b].astype(np.float32)
    if mirrored:
        y = y.reshape(-1, 4, 4, 3)[:, :, ::-1].reshape(-1, 48)
    gain = (x * y).sum(axis=1) / np.maximum((y * y).sum(axis=1), 1e-6)
    left = np.sqrt(((x - gain[:, None] * y) ** 2).mean(axis=1))
    return np.asarray(left / np.maximum(_texture(images.thumb[a]), 1e-6))


def _texture(thumbs: NDArray[np.uint8]) -> NDArray[np.floating[Any]]:
    """Spread over the 4 x 4 cells, each colour around its own mean."""
    cells = thumbs.reshape(-1, 16, 3)
    spread = np.empty(len(cells), dtype=np.float32)
    for start in range(0, len(cells), 1 << 16):
        part = cells[start : start + (1 << 16)].astype(np.float32)
        spread[start : start + (1 << 16)] = np.sqrt(part.var(axis=1).mean(axis=1))
    return spread
