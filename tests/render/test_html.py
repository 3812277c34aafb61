"""The page: well formed, self-contained, safe against every name, readable without eyes, small and quick."""

from __future__ import annotations

import itertools
import json
import re
import time
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.render import examples
from traindx.core.finding import Finding, Picture, Place
from traindx.core.report import Outcome, Report
from traindx.render.html import PICTURE_BYTES, html

VOID = {"meta", "br", "img", "link", "input", "hr"}
Attributes = dict[str, str | None]


class Page(HTMLParser):
    """Tags in order with their attributes, the text of each tag's inside, and a complaint for each tag that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.complaints: list[str] = []
        self.feed(text)
        self.close()
        self.complaints += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"{tag} closed at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", " ".join(data.split())))

    def named(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, without: tuple[str, ...] = ("style", "title", "desc")) -> str:
        return " ".join(words for tag, words in self.texts if tag not in without)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    folder = tmp_path_factory.mktemp("pictures")
    return {name: Page(html(report)) for name, report in examples.all_reports(folder).items()}


def test_every_tag_is_closed(pages: dict[str, Page]) -> None:
    assert {name: page.complaints for name, page in pages.items() if page.complaints} == {}


def test_there_is_no_script_and_nothing_from_elsewhere(pages: dict[str, Page]) -> None:
    for page in pages.values():
        for tag, attributes in page.tags:
            assert tag not in ("script", "iframe", "object", "link", "base", "form")
            assert not any(name.startswith("on") for name in attributes)
            for name in ("src", "href", "xlink:href"):
                assert (attributes.get(name) or "#").startswith(("#", "data:image/jpeg;base64,"))
        policy = next(m for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy")
        assert str(policy["content"]).startswith("default-src 'none'")
    css = (files("traindx.render") / "page.css").read_text(encoding="utf-8")
    assert "url(" not in css and "@import" not in css


def harmless(value: Any) -> Any:
    if isinstance(value, dict):
        return {("k" if "<" in k else k): harmless(v) for k, v in value.items()}
    if isinstance(value, list):
        return [harmless(v) for v in value]
    return f"some `tick` words {len(value)}" if isinstance(value, str) and "<script>" in value else value


def test_hostile_names_change_no_tag(tmp_path: Path, pages: dict[str, Page]) -> None:
    gentle = Report.from_json(harmless(examples.hostile(tmp_path).to_json()))
    assert [tag for tag, _ in pages["hostile"].tags] == [tag for tag, _ in Page(html(gentle)).tags]
    assert "<script>alert(1)</script>" in pages["hostile"].text()


def test_hostile_names_can_be_written_as_utf8(tmp_path: Path) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", html(examples.hostile(tmp_path)).encode("utf-8").decode())


def test_headings_form_an_outline(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1 and levels[0] == 1, name
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), name


def test_every_link_leads_to_one_place(pages: dict[str, Page]) -> None:
    for name in ("lr-too-high", "dataset", "healthy", "unclear", "many"):
        page = pages[name]
        ids = [str(a["id"]) for _, a in page.tags if "id" in a]
        assert len(ids) == len(set(ids))
        targets = {str(a["href"])[1:] for a in page.named("a")}
        unknown = targets - set(ids)
        assert not unknown - {"check-T330"}, (name, unknown)


def test_landmarks_and_names_for_screen_readers(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert [len(page.named(tag)) for tag in ("main", "footer")] == [1, 1]
        assert page.named("html")[0]["lang"] == "en"
        assert all(nav.get("aria-label") for nav in page.named("nav"))
        assert all("aria-label" in svg or svg.get("aria-hidden") == "true" for svg in page.named("svg"))
        assert all(th.get("scope") for th in page.named("th"))


def test_a_drawing_says_in_words_what_it_shows(pages: dict[str, Page]) -> None:
    labels = [str(svg["aria-label"]) for svg in pages["lr-too-high"].named("svg") if "aria-label" in svg]
    loss = next(words for words in labels if words.startswith("Loss. "))
    assert "the symptom starts at step 36" in loss
    assert "values not finite" in loss


def test_a_diagnosis_shows_its_terms_and_their_sum(pages: dict[str, Page]) -> None:
    words = pages["lr-too-high"].text()
    assert "loss rises from step 36: 2.31 at the start, inf at the end T301 +6.0" in words
    assert "before any evidence −4.0 Sum of the weights +6.2" in words
    assert "As a probability: 1 / (1 + e −6.2 ) > 99 %" in words


def test_a_trial_shows_both_arms_and_every_run(pages: dict[str, Page]) -> None:
    page = pages["lr-too-high"]
    spans = [a for a in page.named("polygon") if str(a["class"]).startswith("span")]
    assert len(spans) == 2
    assert "unchanged (2 seeds)" in page.text() and "learning rate × 0.0333 (2 seeds)" in page.text()
    assert page.text().count("loss ended at") == 4


def test_boxes_are_drawn_and_the_wrong_ones_differ(pages: dict[str, Page]) -> None:
    page = pages["dataset"]
    kinds = [str(g["class"]) for g in page.named("g") if str(g.get("class", "")).startswith("box")]
    assert kinds == ["box", "box wrong", "box wrong", "box wrong"]
    assert len(page.named("image")) == 2
    assert len([c for c in page.named("circle") if c.get("class") == "edge"]) == 2  # the boxes without area are ringed


def test_a_picture_that_is_gone_leaves_its_caption() -> None:
    finding = Finding(Place("a.txt", 1), "m", (Picture("/nowhere/cell.jpg", (), "a caption"),))
    page = Page(html(Report("faulty", (), (Outcome("D210", "n", "error", "failed", findings=(finding,)),))))
    assert "cell.jpg: a caption (picture not shown)" in page.text()


def test_what_was_ruled_out_and_what_was_not_looked_at(pages: dict[str, Page]) -> None:
    words = pages["lr-too-high"].text()
    assert "missing-zero-grad gradients before the first backward are 0, should be 0 T310" in words
    assert "2 checks : needs a dataset; run traindx check DATA" in words
    assert "V101 metric-zero crashed: ValueError: empty table" in pages["unclear"].text()


def test_every_check_is_listed_with_its_result(pages: dict[str, Page]) -> None:
    words = pages["lr-too-high"].text()
    assert "T310 gradients-pile-up passed gradient norm before backward 0 (should be 0)" in words
    assert "D201 label-not-found not run" in words


def test_a_status_is_never_told_by_colour_alone(pages: dict[str, Page]) -> None:
    badges = [words for page in pages.values() for tag, words in page.texts if tag == "span"]
    assert {"proved", "consistent", "confirmed", "error", "warning", "passed", "not run", "crashed"} <= set(badges)


def test_a_typical_page_is_small(pages: dict[str, Page], tmp_path: Path) -> None:
    assert len(html(examples.lr_too_high()).encode()) < 100_000
    assert len(html(examples.dataset(examples.cells(tmp_path))).encode()) < 200_000


def test_three_thousand_findings_with_pictures_take_less_than_two_seconds(tmp_path: Path) -> None:
    report = examples.many(3000, examples.cells(tmp_path))
    start = time.process_time()
    text = html(report)
    assert time.process_time() - start < 2
    assert len(text) < PICTURE_BYTES + 2_000_000


def test_pictures_stay_within_their_budget(tmp_path: Path) -> None:
    outcomes = []
    for i in range(28):
        path = tmp_path / f"{i}.png"
        Image.effect_noise((320, 320), 90 + i).convert("RGB").save(path)
        finding = Finding(Place(f"{i}.txt"), "m", (Picture(str(path), (), "noise"),))
        outcomes.append(Outcome(f"D{200 + i}", "n", "error", "failed", findings=(finding,)))
    text = html(Report("faulty", (), tuple(outcomes)))
    assert 1_000_000 < len(text) < PICTURE_BYTES + 200_000
    assert "(picture not shown)" in Page(text).text()


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """WCAG 2 contrast ratio, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_text_has_enough_contrast_in_light_and_dark() -> None:
    css = (files("traindx.render") / "page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    for block in (light, dark):
        color = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        pairs = [(text, page) for text in ("text", "muted", "info") for page in ("page", "card")]
        pairs += [("text", "sunk"), *((kind, "page") for kind in ("error", "warning", "ok"))]
        pairs += [(kind, f"{kind}-soft") for kind in ("error", "warning", "ok", "info")] + [("error", "card")]
        low = {pair: round(contrast(color[pair[0]], color[pair[1]]), 2) for pair in pairs}
        assert min(low.values()) >= 4.5, {pair: ratio for pair, ratio in low.items() if ratio < 4.5}
        assert min(contrast(color[f"s{i}"], color["card"]) for i in range(6)) >= 3


def test_the_page_opens_from_json_alone(tmp_path: Path) -> None:
    report = examples.dataset(examples.cells(tmp_path))
    assert html(Report.from_json(json.loads(json.dumps(report.to_json())))) == html(report)
