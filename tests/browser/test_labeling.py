"""Somebody labels their own file by hand: a table of texts, a folder of pictures."""

from __future__ import annotations

import csv
import gzip
import io
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize, expect
from sklearn.datasets import load_digits

from tests.browser.hub import StartedHub, started

pytestmark = pytest.mark.browser

N_TEXTS = 30
FIRST_LABEL_BYTES = 93_000
"""Of gzip, for a hub without TLS on another machine; what Chromium asks of a safe line is less."""
FIRST_LABEL_TRAVELS = 82_000
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedHub]:
    """Start a hub on a table of reviews; stars and id are not to be seen."""
    folder = tmp_path_factory.mktemp("texts")
    file = folder / "reviews.csv"
    rows = [
        f"{n},{'a lovely film' if n % 2 else 'an awful film'} number {n},{n % 5}\n"
        for n in range(N_TEXTS)
    ]
    file.write_text("id,text,stars\n" + "".join(rows), encoding="utf-8")
    with started(file, "good,bad", folder / "data") as hub:
        yield hub


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedHub]:
    """Start a hub on a folder of handwritten digits."""
    folder = tmp_path_factory.mktemp("pictures")
    digits = folder / "digits"
    digits.mkdir()
    for number, pixels in enumerate(load_digits().images[:24]):
        grey = (255 - pixels * 15.9).astype(np.uint8)
        Image.fromarray(grey).save(digits / f"{number:03d}.png")
    with started(digits, ",".join("0123456789"), folder / "data") as hub:
        yield hub


@pytest.fixture(scope="module")
def signed_in(browser: Browser) -> Iterator[Callable[[StartedHub], BrowserContext]]:
    """Return a way to a signed-in browser: each hub's link works once, so its cookie is kept."""
    kept: dict[str, BrowserContext] = {}

    def enter(hub: StartedHub) -> BrowserContext:
        if hub.url not in kept:
            context = browser.new_context(viewport=DESK, locale="en-GB")
            page = context.new_page()
            page.goto(hub.link)
            page.wait_for_url("**/annotate")
            page.close()
            kept[hub.url] = context
        return kept[hub.url]

    yield enter
    for context in kept.values():
        context.close()


def open_desk(context: BrowserContext, hub: StartedHub, size: ViewportSize = DESK) -> Page:
    """Open the annotator's page and wait for an item."""
    page = context.new_page()
    page.set_viewport_size(size)
    page.goto(f"{hub.url}/projects/{hub.project}/annotate")
    expect(page.locator(".ans").first).to_be_visible()
    return page


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something has happened at the hub."""
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, "it did not happen within 20 seconds"
        time.sleep(0.1)


def answers(hub: StartedHub) -> int:
    """Return how many answers the hub has."""
    return int(hub.progress()["answers"])


def no_errors(page: Page) -> list[str]:
    """Collect what the page complains of."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


class TestTexts:
    """A table with one column to be read and two to be hidden."""

    def test_the_first_line_says_what_is_shown_and_what_is_hidden(self, texts: StartedHub) -> None:
        """The columns are told apart without a wizard."""
        assert texts.imported["showing"] == "text"
        assert set(texts.imported["hiding"]) == {"id", "stars"}

    def test_a_key_answers_and_the_next_item_is_there(
        self, texts: StartedHub, signed_in: Callable[[StartedHub], BrowserContext]
    ) -> None:
        """Three keys are three answers at the hub, and nothing hidden was on the page."""
        page = open_desk(signed_in(texts), texts)
        errors = no_errors(page)
        before = answers(texts)
        for _ in range(3):
            shown = page.locator("main").inner_text()
            assert "film number" in shown
            page.keyboard.press("1")
            expect(page.locator("main")).not_to_have_text(shown)
        wait_until(lambda: answers(texts) == before + 3)
        assert errors == []
        page.close()

    def test_what_comes_before_the_first_label_is_small(
        self,
        browser: Browser,
        texts: StartedHub,
        signed_in: Callable[[StartedHub], BrowserContext],
    ) -> None:
        """All that the browser fetches of the page; no editor of another kind, no closed dialog."""
        fetched: list[Response] = []
        # A browser that has nothing of the page yet; but it knows who sits at it.
        fresh = browser.new_context(storage_state=signed_in(texts).storage_state())
        page = fresh.new_page()
        page.on("response", lambda found: fetched.append(found))  # noqa: PLW0108 - playwright marks it
        page.goto(f"{texts.url}/projects/{texts.project}/annotate")
        expect(page.locator(".ans").first).to_be_visible()
        own = [found for found in fetched if "/v1/" not in found.url]
        apart = ("Editor", "Editing", "OtherSheet", "ProjectPage")
        assert not [found.url for found in own if any(name in found.url for name in apart)]
        sizes = {found.url: len(gzip.compress(found.body())) for found in own}
        assert 50_000 < sum(sizes.values()) < FIRST_LABEL_BYTES, sizes
        travelled = [found.request.sizes()["responseBodySize"] for found in own]
        assert 50_000 < sum(travelled) < FIRST_LABEL_TRAVELS, travelled
        fresh.close()

    def test_undo_shows_the_old_answer_and_takes_a_new_one(
        self, texts: StartedHub, signed_in: Callable[[StartedHub], BrowserContext]
    ) -> None:
        """Z brings the last item back with what was chosen; the new answer does not count twice."""
        page = open_desk(signed_in(texts), texts)
        before = answers(texts)
        page.keyboard.press("1")
        wait_until(lambda: answers(texts) == before + 1)
        page.keyboard.press("z")
        expect(page.locator(".before")).to_be_visible()
        page.keyboard.press("2")
        expect(page.locator(".before")).to_be_hidden()
        wait_until(lambda: answers(texts) == before + 1)
        page.close()

    def test_a_dropped_line_loses_nothing(
        self, texts: StartedHub, signed_in: Callable[[StartedHub], BrowserContext]
    ) -> None:
        """Answers given offline are kept in the browser, shown, and sent when the line is back."""
        context = signed_in(texts)
        page = open_desk(context, texts)
        before = answers(texts)
        context.set_offline(offline=True)
        page.keyboard.press("1")
        page.keyboard.press("2")
        expect(page.get_by_role("status").first).to_contain_text("kept here")
        context.set_offline(offline=False)
        wait_until(lambda: answers(texts) == before + 2)
        expect(page.get_by_role("status").first).to_contain_text("All answers saved")
        page.close()

    def test_by_touch_in_chinese_at_360_pixels(self, texts: StartedHub, browser: Browser) -> None:
        """A Chinese phone gets the page in its language, without sideways scrolling."""
        context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
        page = context.new_page()
        page.goto(texts.new_link())
        expect(page.locator(".ans").first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
        before = answers(texts)
        page.locator(".ans").first.tap()
        wait_until(lambda: answers(texts) == before + 1)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        context.close()

    def test_the_project_page_follows_live(
        self, texts: StartedHub, signed_in: Callable[[StartedHub], BrowserContext]
    ) -> None:
        """An answer given elsewhere appears without a reload; one person has no alpha."""
        context = signed_in(texts)
        page = context.new_page()
        page.goto(f"{texts.url}/projects/{texts.project}")
        expect(page.get_by_role("heading", name="Where are we?")).to_be_visible()
        expect(page.locator("main")).to_contain_text("one person so far")
        now = answers(texts)
        desk = open_desk(context, texts)
        desk.keyboard.press("1")
        expect(page.locator("main")).to_contain_text(re.compile(rf"Answers\s*{now + 1}"))
        desk.close()
        page.close()

    def test_the_file_comes_back_finished(
        self, texts: StartedHub, signed_in: Callable[[StartedHub], BrowserContext]
    ) -> None:
        """Original rows, order and columns, with labels for what was answered."""
        page = open_desk(signed_in(texts), texts)
        page.keyboard.press("1")
        wait_until(lambda: answers(texts) > 0)
        page.close()
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(texts.export())))
        assert [row["id"] for row in rows] == [str(n) for n in range(N_TEXTS)]
        labelled = [row for row in rows if row["source"] == "human"]
        assert len(labelled) == answers(texts)
        assert {row["label"] for row in labelled} <= {"good", "bad"}


class TestPictures:
    """A folder of pictures and ten classes."""

    def test_each_digit_is_its_own_key(
        self, pictures: StartedHub, signed_in: Callable[[StartedHub], BrowserContext]
    ) -> None:
        """The key 7 gives the class 7, whatever its place among the buttons."""
        page = open_desk(signed_in(pictures), pictures)
        expect(page.locator("main img").first).to_be_visible()
        for key in "7077":
            picture = page.locator("main img").first.get_attribute("src")
            page.keyboard.press(key)
            expect(page.locator("main img").first).not_to_have_attribute("src", str(picture))
        wait_until(lambda: answers(pictures) == 4)
        rows = csv.DictReader(io.StringIO(pictures.export()))
        given = sorted(row["label"] for row in rows if row["source"] == "human")
        assert given == ["0", "7", "7", "7"]
        page.close()

    def test_a_stranger_is_asked_to_sign_in(self, pictures: StartedHub, browser: Browser) -> None:
        """Without a session nothing of the project is shown."""
        context = browser.new_context(viewport=DESK, locale="en-GB")
        page = context.new_page()
        page.goto(f"{pictures.url}/projects/{pictures.project}/annotate")
        expect(
            page.get_by_role("heading", name=re.compile("Sign in", re.IGNORECASE))
        ).to_be_visible()
        assert page.locator("img").count() == 0
        context.close()

    def test_a_link_works_once(self, pictures: StartedHub, browser: Browser) -> None:
        """The link that signed somebody in signs nobody else in."""
        context = browser.new_context(viewport=DESK, locale="en-GB")
        page = context.new_page()
        page.goto(pictures.link)
        expect(page.locator("main")).to_contain_text(re.compile("used before|expired"))
        context.close()
