"""Every kind of question, answered by keyboard in English and by touch in Chinese on a phone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.hub import StartedHub, started
from tests.browser.kinds import KINDS, make
from tests.browser.test_labeling import DESK, PHONE
from tests.browser.test_project_page import violations

pytestmark = pytest.mark.browser

CLOSE: Final = 1.0
"""A pointer hits a place to within a per cent of the picture."""
TAPPED: Final = {"value": {"start": 12, "end": 18, "text": "Ingrid", "labels": ["Place"]}}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedHub]:
    """Start a hub with a project for each kind, three items in each."""
    folder = tmp_path_factory.mktemp("kinds")
    file = folder / "texts.csv"
    file.write_text("text\none\ntwo\n", encoding="utf-8")
    with started(file, "good,bad", folder / "data") as found:
        for kind in KINDS.values():
            make(found, kind, 3)
        yield found


@pytest.fixture(scope="module")
def desk(browser: Browser, hub: StartedHub) -> Iterator[BrowserContext]:
    """Return a signed-in browser with a keyboard."""
    with browser.new_context(viewport=DESK, locale="en-GB") as context:
        sign_in(context, hub.link)
        yield context


@pytest.fixture(scope="module")
def phone(browser: Browser, hub: StartedHub) -> Iterator[BrowserContext]:
    """Return a signed-in Chinese phone."""
    with browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True) as context:
        sign_in(context, hub.new_link())
        yield context


def sign_in(context: BrowserContext, link: str) -> None:
    """Follow a sign-in link."""
    page = context.new_page()
    page.goto(link)
    page.wait_for_url("**/annotate")
    page.close()


def opened(context: BrowserContext, hub: StartedHub, kind: str) -> Page:
    """Open the annotator's page of a kind's project and wait for its editor."""
    page = context.new_page()
    page.goto(f"{hub.url}/projects/kind-{kind}/annotate")
    expect(page.locator(".questions")).to_be_visible()
    return page


def mine(hub: StartedHub, kind: str) -> list[list[dict[str, Any]]]:
    """Return the results that the hub stored, the newest first."""
    found = hub.ask("GET", f"/projects/kind-{kind}/my/answers")
    return [answer["result"] for answer in found["answers"]]


def stored(hub: StartedHub, kind: str, n: int) -> list[dict[str, Any]]:
    """Wait until the hub has stored that many answers, and return the newest one's result."""
    until = time.monotonic() + 20
    while len(found := mine(hub, kind)) < n:
        assert time.monotonic() < until, "no answer arrived within 20 seconds"
        time.sleep(0.05)
    return found[0]


def press(page: Page, *keys: str) -> None:
    """Press keys one after another."""
    for key in keys:
        page.keyboard.press(key)


def write(page: Page) -> None:
    """Write into the field that has the focus already, a line break among it."""
    page.keyboard.type("two")
    press(page, "Enter")
    page.keyboard.type("lines")
    press(page, "Control+Enter")


KEYS: Final[dict[str, Callable[[Page], None]]] = {
    "choices": lambda page: press(page, "3", "1", "Enter"),
    "rating": lambda page: press(page, "4"),
    "number": lambda page: press(page, "7", "ArrowUp", "Enter"),
    "text": write,
    "pair": lambda page: press(page, "2"),
    "spans": lambda page: press(
        page, *["ArrowRight"] * 4, "Shift+ArrowRight", "1", "ArrowRight", "2", "Enter"
    ),
    "boxes": lambda page: press(page, "n", "2", "ArrowLeft", "Shift+ArrowDown", "Enter"),
    "polygons": lambda page: press(
        page, "n", "Space", "ArrowRight", "Space", "ArrowDown", "Space", "Enter", "Enter"
    ),
    "form": lambda page: press(page, "2", "5", "Enter"),
}
BY_KEYS: Final[dict[str, list[dict[str, Any]]]] = {
    "choices": [{"value": {"choices": ["News", "Sport"]}}],
    "rating": [{"value": {"rating": 4}}],
    "number": [{"value": {"number": 8}}],
    "text": [{"value": {"text": ["two\nlines"]}}],
    "pair": [{"value": {"selected": "right"}}],
    "spans": [
        {"value": {"start": 12, "end": 26, "text": "Ingrid Solheim", "labels": ["Person"]}},
        {"value": {"start": 27, "end": 29, "text": "of", "labels": ["Place"]}},
    ],
    "boxes": [
        {
            "value": {
                "x": 39.75,
                "y": 40,
                "width": 20,
                "height": 20.25,
                "rotation": 0,
                "rectanglelabels": ["Place"],
            }
        }
    ],
    "polygons": [
        {
            "value": {
                "points": [[50, 50], [50.25, 50], [50.25, 50.25]],
                "polygonlabels": ["Person"],
            }
        }
    ],
    "form": [{"value": {"choices": ["Sport"]}}, {"value": {"rating": 5}}],
}


class TestByKeyboard:
    """At 1440 pixels, in English, without a pointer."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_answer_arrives_as_label_studio_writes_it(
        self, desk: BrowserContext, hub: StartedHub, kind: str
    ) -> None:
        """The keys that the sheet lists give the result; what was answered is said; axe agrees."""
        page = opened(desk, hub, kind)
        assert violations(page) == []
        KEYS[kind](page)
        result = stored(hub, kind, 1)
        assert [{"value": region["value"]} for region in result] == BY_KEYS[kind]
        expect(page.locator(".status .last")).to_contain_text("Last: ")
        page.close()

    def test_a_draft_outlives_a_reload_and_undo_shows_what_was_sent(
        self, desk: BrowserContext, hub: StartedHub
    ) -> None:
        """What is marked is there again; taken back, it is there once more."""
        page = opened(desk, hub, "spans")
        before = len(mine(hub, "spans"))
        press(page, "ArrowRight", "1")
        page.reload()
        expect(page.get_by_role("region", name="Marked")).to_contain_text("“On”")
        press(page, "Enter")
        stored(hub, "spans", before + 1)
        press(page, "z")
        expect(page.get_by_role("region", name="Marked")).to_contain_text("“On”")
        press(page, "?")
        expect(page.get_by_role("dialog")).to_contain_text("Pick the word before, after")
        press(page, "Escape", "Enter")
        expect(page.get_by_role("region", name="Marked")).not_to_contain_text("“On”")
        page.close()


def tap(page: Page, place: Locator, x: float, y: float) -> None:
    """Tap a place of a picture, in per cent of its sides."""
    box = place.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * x / 100, box["y"] + box["height"] * y / 100)


def tap_word(page: Page, word: str) -> None:
    """Tap the middle of a word of the text."""
    place = page.evaluate(
        """word => {
            const walker = document.createTreeWalker(
                document.querySelector(".marked"), NodeFilter.SHOW_TEXT);
            for (let node; (node = walker.nextNode());) {
                const at = node.data.indexOf(word);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(node, at);
                range.setEnd(node, at + word.length);
                const {x, y, width, height} = range.getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            }
        }""",
        word,
    )
    page.touchscreen.tap(*place)


def touch_spans(page: Page) -> None:
    """Pick a word by a tap and lay a class on it."""
    tap_word(page, "Ingrid")
    page.get_by_role("button", name="地点", exact=True).tap()


def touch_corners(*corners: tuple[float, float]) -> Callable[[Page], None]:
    """Return what taps these corners on the picture."""

    def touch(page: Page) -> None:
        for x, y in corners:
            tap(page, page.locator(".frame"), x, y)

    return touch


def touch_choices(page: Page) -> None:
    """Put two choices on, and one of them off again."""
    for name in ("体育", "能源", "体育"):
        page.get_by_role("checkbox", name=name).tap()


def touch_form(page: Page) -> None:
    """Answer both questions that have to be answered."""
    page.get_by_role("button", name="体育").tap()
    page.get_by_role("button", name="2 分（满分 5）").tap()


SUBMIT: Final = "提交"
TOUCHES: Final[dict[str, Callable[[Page], None]]] = {
    "choices": touch_choices,
    "rating": lambda page: page.get_by_role("button", name="2 分（满分 5）").tap(),
    "number": lambda page: page.get_by_role("textbox").fill("3"),
    "text": lambda page: page.get_by_role("textbox").fill("很好"),
    "pair": lambda page: page.get_by_role("button", name="左边").tap(),
    "spans": touch_spans,
    "boxes": touch_corners((20, 30), (60, 70)),
    "polygons": touch_corners((20, 20), (60, 20), (60, 60), (20, 20)),
    "form": touch_form,
}
BY_TOUCH: Final[dict[str, list[dict[str, Any]]]] = {
    "choices": [{"value": {"choices": ["Energy"]}}],
    "rating": [{"value": {"rating": 2}}],
    "number": [{"value": {"number": 3}}],
    "text": [{"value": {"text": ["很好"]}}],
    "pair": [{"value": {"selected": "left"}}],
    "spans": [TAPPED],
    "form": [{"value": {"choices": ["Sport"]}}, {"value": {"rating": 2}}],
}


class TestByTouch:
    """At 360 pixels, in Chinese, without a keyboard and without dragging."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_answer_arrives_as_label_studio_writes_it(
        self, phone: BrowserContext, hub: StartedHub, kind: str
    ) -> None:
        """Taps give the result; nothing scrolls sideways, nothing is in English; axe agrees."""
        page = opened(phone, hub, kind)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        before = len(mine(hub, kind))
        TOUCHES[kind](page)
        assert violations(page) == []
        submit = page.get_by_role("button", name=SUBMIT)
        if submit.count() > 0:
            expect(submit).not_to_have_attribute("aria-disabled", "true")
            submit.tap()
        result = stored(hub, kind, before + 1)
        if kind in BY_TOUCH:
            assert [{"value": region["value"]} for region in result] == BY_TOUCH[kind]
        page.close()

    def test_what_was_drawn_lies_where_it_was_tapped(self, hub: StartedHub) -> None:
        """A box between two taps; an outline through three, closed on the first."""
        [box] = mine(hub, "boxes")[0]
        assert (box["original_width"], box["original_height"]) == (400, 300)
        place = [box["value"][side] for side in ("x", "y", "width", "height")]
        assert place == pytest.approx([20, 30, 40, 40], abs=CLOSE)
        [outline] = mine(hub, "polygons")[0]
        corners = [side for point in outline["value"]["points"] for side in point]
        assert corners == pytest.approx([20, 20, 60, 20, 60, 60], abs=CLOSE)


class TestOwnGroups:
    """What a project asks its people of themselves, on the account page."""

    def test_it_is_given_with_consent_and_taken_back(
        self, phone: BrowserContext, hub: StartedHub
    ) -> None:
        """In Chinese at 360 pixels: chosen, consented, stored, withdrawn; axe finds nothing."""
        groups = {"quality": {"groups": {"age_band": ["18-29", "30-49"]}}}
        hub.ask("PATCH", "/projects/kind-rating/policy", groups)
        mine = "/projects/kind-rating/my/attributes"
        page = phone.new_page()
        page.goto(f"{hub.url}/account")
        page.get_by_label("age band").select_option("30-49")
        page.get_by_role("checkbox").check()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert violations(page) == []
        page.get_by_role("button", name="保存").tap()
        expect(page.get_by_text("已保存。")).to_be_visible()
        assert hub.ask("GET", mine)["given"] == {"age_band": "30-49"}
        page.get_by_role("button", name="撤回").tap()
        expect(page.get_by_text("已撤回并删除。")).to_be_visible()
        assert hub.ask("GET", mine)["given"] == {}
        page.close()
