"""Evidence as shown on the page: curves, bars, and pictures as thumbnails within a budget of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from traindx.core.finding import Bars, Curve, Picture, Table
from traindx.render import wording
from traindx.render.bars import bars_svg, bars_table
from traindx.render.figures import curve_svg, legend
from traindx.render.pictures import file_name, picture_svg, turned_svg
from traindx.render.thumbnails import Thumbnail, thumbnail

DRAWN = 240
"""Pictures that entered the network are drawn at least this large, in pixels of the page."""

EXACT = 64
"""Of these the small ones are kept pixel by pixel: JPEG's blocks would show when they are drawn larger."""


@dataclass(frozen=True)
class Exhibit:
    """A drawing with its caption; `numbers` are what it was drawn from. `drawing` is None where it could not be made."""

    caption: str
    drawing: Markup | None = None
    legend: Markup = Markup("")
    picture: bool = False
    numbers: Table | None = None


@dataclass
class Album:
    """The thumbnails of a page: each file is opened once, and when one does not fit any more no further file is.

    `shares`: boxes are shares of the picture in whichever frame it is shown, as in YOLO labels; else pixels.
    """

    left: int
    shares: bool = True
    known: dict[str, Thumbnail | None] = field(default_factory=dict)

    def take(self, path: str, exact: int = 0) -> Thumbnail | None:
        """A thumbnail that is to be shown once more; None if it cannot be made or the page is full."""
        if self.left <= 0:
            return None
        if path not in self.known:
            self.known[path] = thumbnail(path, exact=exact)
        small = self.known[path]
        if small is not None:
            self.left -= len(small.address)
        return small if self.left >= 0 else None


def curve(item: Curve) -> Exhibit:
    """A curve."""
    return Exhibit(wording.one_line(item.title), curve_svg(item), legend([line.name for line in item.lines]))


def bars(item: Bars) -> Exhibit:
    """Bars, with their numbers."""
    names = [name for name, _ in item.series]
    return Exhibit(wording.one_line(item.title), bars_svg(item), legend(names, filled=True), numbers=bars_table(item))


def seen(item: Picture, album: Album) -> Exhibit:
    """A picture that entered the network; a small one is drawn larger."""
    small = album.take(item.path, EXACT)
    caption = wording.one_line(item.caption)
    if small is None:
        return Exhibit(caption, picture=True)
    times = max(1.0, DRAWN / max(small.width, small.height))
    larger = replace(small, width=round(small.width * times), height=round(small.height * times))
    return Exhibit(caption, picture_svg(item, larger, each_label=True), picture=True)


def pictures(item: Picture, album: Album) -> Iterator[Exhibit]:
    """A picture as it is stored and, where EXIF turns it, as most programs show it, with the same labels on both."""
    name = file_name(item)
    words = wording.one_line(item.caption)
    caption = words if name in words else f"{name}: {words}" if words else name
    small = album.take(item.path)
    if small is None:
        yield Exhibit(caption, picture=True)
        return
    turned = album.take(item.path) if small.orientation != 1 and item.boxes else None
    if turned is None:
        yield Exhibit(caption, picture_svg(item, small), picture=True)
        return
    yield Exhibit(f"{caption}, pixels as stored", picture_svg(item, small), picture=True)
    drawing = turned_svg(item, turned, shares=album.shares)
    yield Exhibit(f"{caption}, turned as its EXIF orientation {turned.orientation} says", drawing, picture=True)
