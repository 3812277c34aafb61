"""Where a damaged picture breaks: the byte, marker or chunk, in words."""

from __future__ import annotations

import re
import zlib

_ZEROS = re.compile(rb"\x00{256,}")
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"

_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0xd9")

HARMLESS = ("unknown adobe color transform", "invalid sos parameters", "inconsistent progression sequence")
"""Warnings of libjpeg that cost no pixel: JWRN_ADOBE_XFORM, JWRN_NOT_SEQUENTIAL (some cameras), JWRN_BOGUS_PROGRESSION."""


def is_harmless(data: bytes, said: str) -> bool:
    """Whether what the decoder said of JPEG bytes costs no pixel.

    Bytes left over before the end marker are padding if they are all 00 or FF; otherwise the decoder lost its place.
    """
    text = said.lower()
    left_over = _EXTRANEOUS.search(text)
    if left_over is not None:
        end = data.rfind(b"\xff\xd9")
        return not data[max(0, end - int(left_over[1])) : end].strip(b"\x00\xff")
    return any(known in text for known in HARMLESS)


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


def png_break(data: bytes) -> str:
    """The first chunk of PNG bytes that is cut off or fails its checksum; empty if all chunks are sound."""
    at = len(_PNG_MAGIC)
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
    if not data.strip(b"\x00"):
        return f"{len(data):,} zero bytes"
    return f"no picture format known here: starts with {data[:8].hex(' ')}"
