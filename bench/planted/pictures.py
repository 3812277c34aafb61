"""Faults of picture files in a YOLO set (i01 to i27): damaged, misnamed, of an unusual mode or size, turned by EXIF."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.planted.layouts import Yolo, plain_yolo, write
from bench.planted.scene import Shot, encoded
from bench.planted.truth import Fault, Level, Plant, Source, Truth, Where
from PIL import Image, ImageEnhance, ImageFilter

BOTH = ("one", "some")
Remake = Callable[[Shot, np.random.Generator], bytes]
CORRUPT = ("corrupt-images",)
MODE = ("unexpected-image-mode",)


def _file(remake: Remake, *causes: str, level: Level = "error", suffix: str = ".jpg") -> Plant:
    """A plant that writes the chosen pictures anew; another `suffix` replaces the file's."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        places = []
        for n in source.chosen(len(made.splits["train"]), 0.1):
            shot = made.splits["train"][n]
            (root / made.image("train", n)).unlink()
            path = made.image("train", n).removesuffix(".jpg") + suffix
            write(root / path, remake(shot, source.rng))
            places.append(Where(made.label("train", n), None, path))
        return Truth(causes, tuple(places), level)

    return plant


def _seen(change: Callable[[Image.Image], Image.Image], kind: str = "JPEG") -> Remake:
    return lambda shot, _: encoded(change(shot.picture), kind, **({"quality": 88} if kind == "JPEG" else {}))


def _cut(shot: Shot, rng: np.random.Generator) -> bytes:
    data = shot.jpeg()
    return data[: int(len(data) * rng.uniform(0.3, 0.8))]


def _cut_with_end(shot: Shot, rng: np.random.Generator) -> bytes:
    return _cut(shot, rng) + b"\xff\xd9"


def _hole(shot: Shot, rng: np.random.Generator) -> bytes:
    data = shot.jpeg(95)
    at = int(len(data) * rng.uniform(0.3, 0.7))
    return data[:at] + bytes(4096) + data[at + 4096 :]


def _flipped_bytes(shot: Shot, rng: np.random.Generator) -> bytes:
    """A sector of another file in the middle of the scan, as a broken disk or download leaves it."""
    data = bytearray(shot.jpeg(95))
    at = int(len(data) * rng.uniform(0.3, 0.7))
    data[at : at + 512] = rng.integers(0, 256, 512, dtype=np.uint8).tobytes()
    return bytes(data)


def _png_checksum(shot: Shot, rng: np.random.Generator) -> bytes:
    data = bytearray(encoded(shot.picture, "PNG"))
    data[int(len(data) * rng.uniform(0.4, 0.6))] ^= 0x5A
    return bytes(data)


def _png_cut(shot: Shot, rng: np.random.Generator) -> bytes:
    data = encoded(shot.picture, "PNG")
    return data[: int(len(data) * rng.uniform(0.4, 0.8))]


def _bomb(shot: Shot, rng: np.random.Generator) -> bytes:
    """A PNG whose header claims 60,000 x 60,000 pixels and that holds nearly nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def _deep(picture: Image.Image) -> Image.Image:
    grey = np.asarray(picture.convert("L"), dtype=np.uint16)
    return Image.fromarray(grey * 257)


def _gif(shot: Shot, _: np.random.Generator) -> bytes:
    return encoded(shot.picture.convert("P"), "GIF")


def _huge(shot: Shot, _: np.random.Generator) -> bytes:
    return encoded(shot.picture.resize((12_000, 9_000), Image.Resampling.NEAREST), "JPEG", quality=30)


def _panorama(shot: Shot, _: np.random.Generator) -> bytes:
    return encoded(shot.picture.resize((2000, 20)), "JPEG", quality=88)


def _tiny(shot: Shot, _: np.random.Generator) -> bytes:
    return encoded(shot.picture.resize((8, 8)), "JPEG", quality=88)


def _turned(made: Yolo, n: int) -> Where:
    """The camera held upright: pixels stored lying, EXIF says turn by 90 degrees, labels drawn on the lying pixels."""
    shot = made.splits["train"][n]
    exif = Image.Exif()
    exif[0x0112] = 6
    write(made.root / made.image("train", n), shot.jpeg(exif=exif))
    return Where(made.label("train", n), None, made.image("train", n))


def _exif(root: Path, source: Source) -> Truth:
    """i09: pictures with EXIF 6 whose labels fit the pixels as stored; frameworks that turn them train on wrong boxes."""
    made = plain_yolo(root, source)
    places = [_turned(made, n) for n in source.chosen(len(made.splits["train"]), 0.5)]
    return Truth(("exif-orientation",), tuple(places), "error" if source.dose == "some" else "warning")


def _broken_link(root: Path, source: Source) -> Truth:
    """i24: the picture is a link to a file that is gone."""
    made = plain_yolo(root, source)
    places = []
    for n in source.chosen(len(made.splits["train"]), 0.1):
        path = root / made.image("train", n)
        path.unlink()
        path.symlink_to(root / "elsewhere" / path.name)
        places.append(Where(made.label("train", n), None, made.image("train", n)))
    return Truth(("missing-images", "corrupt-images"), tuple(places))


def _twins(root: Path, source: Source) -> Truth:
    """i23: a.jpg and a.png share one label file."""
    made = plain_yolo(root, source)
    places = []
    for n in source.chosen(len(made.splits["train"]), 0.1):
        other = source.shots(8, part=1)[n % 8]
        path = made.image("train", n).replace(".jpg", ".png")
        write(root / path, encoded(other.picture, "PNG"))
        places.append(Where(made.image("train", n), None, path))
    return Truth((), tuple(places), "warning")


def _ignored_kind(root: Path, source: Source) -> Truth:
    """i25: a GIF with a label; no framework reads GIFs, so it is silently not trained on."""
    made = plain_yolo(root, source)
    shot = source.shots(4, part=1)[0]
    path = f"images/train/{shot.stem}.gif"
    write(root / path, _gif(shot, source.rng))
    write(root / f"labels/train/{shot.stem}.txt", "".join(f"{line}\n" for line in made.lines("train", 0)))
    return Truth((), (Where(f"labels/train/{shot.stem}.txt", None, path), Where(path)), "warning")


HTML = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body>gone</body></html>\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 21234\n"

PLANTS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    "i01-cut": (_file(_cut, *CORRUPT), BOTH),
    "i02-zeroed": (_file(_hole, *CORRUPT), BOTH),
    "i02b-foreign-sector": (_file(_flipped_bytes, *CORRUPT), BOTH),
    "i03-cut-with-end": (_file(_cut_with_end, *CORRUPT), ("one",)),
    "i04-no-bytes": (_file(lambda *_: b"", *CORRUPT), BOTH),
    "i05-html": (_file(lambda *_: HTML, *CORRUPT), BOTH),
    "i05b-lfs-pointer": (_file(lambda *_: POINTER, *CORRUPT), BOTH),
    "i06-png-named-jpg": (_file(_seen(lambda p: p, "PNG"), *CORRUPT, *MODE, level="note"), ("one",)),
    "i06b-png-checksum": (_file(_png_checksum, *CORRUPT, suffix=".png"), ("one",)),
    "i06c-png-cut": (_file(_png_cut, *CORRUPT, suffix=".png"), ("one",)),
    "i07-8-pixels": (_file(_tiny, *CORRUPT, *MODE), ("one",)),
    "i08-108-megapixels": (_file(_huge, *MODE, level="warning"), ("one",)),
    "i08b-bomb": (_file(_bomb, *MODE, *CORRUPT, suffix=".png"), ("one",)),
    "i09-exif": (_exif, BOTH),
    "i10-cmyk": (_file(_seen(lambda p: p.convert("CMYK")), *MODE, level="note"), BOTH),
    "i11-16-bit": (_file(_seen(_deep, "PNG"), *MODE, level="warning", suffix=".png"), BOTH),
    "i12-alpha": (_file(_seen(lambda p: p.convert("RGBA"), "PNG"), *MODE, level="note", suffix=".png"), ("one",)),
    "i12b-palette": (_file(_seen(lambda p: p.convert("P"), "PNG"), *MODE, level="note", suffix=".png"), ("one",)),
    "i13-grey": (_file(_seen(lambda p: p.convert("L")), *MODE, level="note"), ("one",)),
    "i14-black": (_file(_seen(lambda p: ImageEnhance.Brightness(p).enhance(0.0)), level="note"), ("one",)),
    "i15-white": (_file(_seen(lambda p: Image.new("RGB", p.size, "white")), level="note"), ("one",)),
    "i16-blurred": (_file(_seen(lambda p: p.filter(ImageFilter.GaussianBlur(9))), level="note"), ("one",)),
    "i17-2000x20": (_file(_panorama, *MODE, level="warning"), ("one",)),
    "i23-same-stem": (_twins, ("one",)),
    "i24-broken-link": (_broken_link, BOTH),
    "i25-gif": (_ignored_kind, ("one",)),
    "i27-bytes-after-end": (_file(lambda shot, _: shot.jpeg() + b"appended by a tool", level="note"), ("one",)),
}

FAULTS = tuple(Fault(name, "pictures", "yolo", plant, doses, "data.yaml") for name, (plant, doses) in PLANTS.items())
