"""Where a damaged picture breaks: the byte, marker or chunk, in words."""

from __future__ import annotations

import re
import struct
import zlib

HOLE = bytes(64)
"""The least run of zero bytes taken for a hole: two to three blocks. A guess: no false alarm in 6,682 real pictures
(`python bench/damage.py`)."""

_ZEROS = re.compile(rb"\x00{256,}")
PNG_START = b"\x89PNG\r\n\x1a\n"

_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0xd9")

HARMLESS = ("unknown adobe color transform", "invalid sos parameters", "inconsistent progression sequence")
"""Warnings of libjpeg that cost no pixel: JWRN_ADOBE_XFORM, JWRN_NOT_SEQUENTIAL (some cameras), JWRN_BOGUS_PROGRESSION."""

MAX_PIXELS = 178_956_970
"""Pictures above this are not decoded: twice Pillow's `MAX_IMAGE_PIXELS`, where Pillow refuses as well."""

HEIC_BRANDS = ("heic", "heix", "hevc", "heim", "heis", "mif1", "msf1")
"""Brands in the first box of a HEIF file (ISO/IEC 23008-12, annex B)."""


def is_harmless(data: bytes, said: str) -> bool:
    """Whether what the decoder said of JPEG bytes costs no pixel.

    Bytes left over before the end marker are padding if they are all 00 or FF; otherwise the decoder lost its place.
    """
    count = left_over(said)
    if count:
        end = data.rfind(b"\xff\xd9")
        return not data[max(0, end - count) : end].strip(b"\x00\xff")
    return any(known in said.lower() for known in HARMLESS)


def left_over(said: str) -> int:
    """Bytes that the decoder says it left over in front of the end marker."""
    found = _EXTRANEOUS.search(said.lower())
    return int(found[1]) if found else 0


def jpeg_break(data: bytes, said: str) -> str:
    """What is wrong with JPEG bytes that the decoder complained of; `said` is its message."""
    size = f"{len(data):,} bytes"
    cut = data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")  # an EXIF thumbnail has an end marker of its own
    hole = max(_ZEROS.finditer(data, data.find(b"\xff\xda")), key=lambda m: m.end() - m.start(), default=None)
    if hole is not None and (hole.end() < len(data) or cut):
        return f"{hole.end() - hole.start():,} zero bytes from byte {hole.start():,} of {size} ({said})"
    if cut:
        return f"cut off after {size}: no end marker FFD9 ({said})"
    return f"damaged inside the scan, {size} ({said})"


def zeroed(data: bytes, frame: int, padding: int = 0) -> str:
    """Zero bytes inside a JPEG's first scan that no encoder writes, though they decode; empty if there are none.

    `frame` is the byte of the frame's marker, `padding` what the decoder left over at the end. A run of zero bits repeats the
    first symbol of each Huffman table. In a scan of all components, unless that symbol is the end of a block in each of its
    tables, every block would hold 63 equal coefficients. Where it is (a flat picture), or in a progressive scan, the run has
    at most four bits a block.
    """
    if data.find(HOLE, frame) < 0:
        return ""
    at, first_symbols = frame, dict[int, int]()
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xC4:
            first_symbols |= _first_ac_symbols(data[at + 4 : end])
        at = end
    end_marker = re.compile(rb"\xff\xd9").search(data, at)
    hole = re.compile(rb"\x00{%d,}" % len(HOLE)).search(data, at, end_marker.start() if end_marker else len(data))
    if hole is None:
        return ""
    height, width = (int.from_bytes(data[frame + n : frame + n + 2], "big") for n in (5, 7))
    components = data[frame + 9]
    tables = [data[at + 6 + 2 * n] & 15 for n in range(data[at + 4])]
    ends_blocks = all(first_symbols.get(table, 0) == 0 for table in tables)
    known = data[frame + 1] in (0xC0, 0xC1) and len(tables) == components and not ends_blocks
    length = hole.end() - hole.start()
    if length < padding + len(HOLE):
        return ""
    if not known and length * 8 <= 4 * components * (width / 8 + 1) * (height / 8 + 1):
        return ""
    return f"{length:,} zero bytes from byte {hole.start():,} of {len(data):,} bytes, inside the scan"


def _first_ac_symbols(tables: bytes) -> dict[int, int]:
    """The symbol whose code is all zeros, by table, in a segment of Huffman tables (T.81, section B.2.4.2); 0 ends a block."""
    at, found = 0, dict[int, int]()
    while at + 17 < len(tables):
        if tables[at] >> 4 == 1:
            found[tables[at] & 15] = tables[at + 17]
        at += 17 + sum(tables[at + 1 : at + 17])
    return found


def too_large(width: int, height: int) -> str:
    """The damage of a header that declares more than is decoded."""
    return f"declares {width} x {height} pixels, {width * height / 1e6:,.0f} megapixels: not decoded"


def png_break(data: bytes) -> str:
    """The first chunk of PNG bytes that is cut off or fails its checksum; empty if all chunks are sound."""
    at = len(PNG_START)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = data[at + 4 : at + 8], at + 12 + length
        name = kind.decode("latin-1")
        if end > len(data):
            return f"cut off inside chunk {name} at byte {at:,}: {len(data):,} of {end:,} bytes"
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return f"checksum of chunk {name} at byte {at:,} is wrong"
        if kind == b"IEND":
            return ""
        at = end
    return f"cut off after {len(data):,} bytes: no IEND chunk"


def not_a_picture(data: bytes) -> str:
    """What bytes that no decoder recognises look like."""
    if not data:
        return "empty file, 0 bytes"
    head = data[:512].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return f"a web page, not a picture ({len(data):,} bytes)"
    if head.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer, not the picture: run `git lfs pull`"
    if data[4:8] == b"ftyp":
        brand = data[8:12].decode("latin-1")
        kind = "a HEIC" if brand in HEIC_BRANDS else "an AVIF" if brand in ("avif", "avis") else "a film or an unknown"
        return f"{kind} file under another name (brand {brand!r}), which loaders do not read without a plug-in"
    if not data.strip(b"\x00"):
        return f"{len(data):,} zero bytes"
    if (start := data.find(b"\xff\xd8\xff", 1, 4096)) > 0:
        return f"{start:,} bytes in front of the start of a JPEG: decoders look for it at byte 0"
    if tiff := unread_tiff(data):
        return tiff
    return f"no picture format known here: starts with {data[:8].hex(' ')}"


def unread_tiff(data: bytes) -> str:
    """What a TIFF says of itself that Pillow does not decode: its channels and the type of its numbers; empty if it is none."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
    if order is None:
        return ""
    said = {"channels": 1, "bits": 1, "kind": 1}
    tags = {277: "channels", 258: "bits", 339: "kind"}
    try:
        start = struct.unpack_from(order + "I", data, 4)[0]
        for entry in range(struct.unpack_from(order + "H", data, start)[0]):
            tag, _, count = struct.unpack_from(order + "HHI", data, at := start + 2 + 12 * entry)
            if tag in tags:  # one or two short numbers stand in the entry itself, more at the place that it names
                place = at + 8 if count <= 2 else struct.unpack_from(order + "I", data, at + 8)[0]
                said[tags[tag]] = struct.unpack_from(order + "H", data, place)[0]
    except struct.error:
        return f"a TIFF whose table of contents is cut off ({len(data):,} bytes)"
    kind = {2: "signed ", 3: "floating-point "}.get(said["kind"], "")
    return f"a TIFF of {said['channels']} channels of {said['bits']}-bit {kind}numbers, which Pillow does not decode"
