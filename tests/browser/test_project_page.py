"""The project page on real answers: quality figures and forecast, in both languages, by axe."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.hub import StartedHub, started

pytestmark = pytest.mark.browser

N_TEXTS: Final = 24
DESK: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
AXE: Final = Path(__file__).parents[2] / "api/web/node_modules/axe-core/axe.min.js"
"""The checker that the page's linter brings along."""
FIGURES_MS: Final = 60_000
"""The first figures wait for a process that imports its libraries."""
WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def person(hub: StartedHub, name: str) -> httpx.Client:
    """Seat one more annotator and return their client."""
    user = hub.ask("POST", "/users", {"name": name})["id"]
    crew = hub.ask("GET", f"/projects/{hub.project}/workforces")[0]["name"]
    member = {"role": "annotator", "workforce": crew}
    hub.ask("PUT", f"/projects/{hub.project}/members/{user}", member)
    token = hub.ask("POST", "/tokens", {"user_id": user, "name": "test"})["token"]
    return httpx.Client(base_url=f"{hub.url}/v1", headers={"authorization": f"Bearer {token}"})


def answer_all(hub: StartedHub, client: httpx.Client, wrong: frozenset[str]) -> None:
    """Answer every item by its number, even ones good; those of `wrong` the other way round."""
    while True:
        held = client.post(f"/projects/{hub.project}/leases", json={"count": 10}).json()
        if not held["assignments"]:
            return
        for lease in held["assignments"]:
            number = lease["data"]["text"].split()[-1]
            label = "good" if (int(number) % 2 == 0) != (number in wrong) else "bad"
            sent = {
                "lease_n": lease["lease_n"],
                "client_key": str(uuid.uuid4()),
                "result": [region(label)],
            }
            client.post(f"/assignments/{lease['handle']}/submit", json=sent).raise_for_status()


def region(label: str) -> dict[str, Any]:
    """Return one answer as Label Studio writes it."""
    value = {"choices": [label]}
    return {"from_name": "label", "to_name": "item", "type": "choices", "value": value}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedHub]:
    """Start a hub whose every item two people answered, differing on three."""
    folder = tmp_path_factory.mktemp("quality")
    file = folder / "texts.csv"
    rows = "".join(f"a film number {n}\n" for n in range(N_TEXTS))
    file.write_text("text\n" + rows, encoding="utf-8")
    with started(file, "good,bad", folder / "data") as found:
        policy = {"overlap_least": 2, "overlap_most": 2, "test_overlap": 2}
        found.ask("PATCH", f"/projects/{found.project}/policy", policy)
        with person(found, "ann") as ann, person(found, "bo") as bo:
            answer_all(found, ann, frozenset())
            answer_all(found, bo, frozenset({"1", "3", "5"}))
        yield found


@pytest.fixture(scope="module")
def owner(browser: Browser, hub: StartedHub) -> Iterator[BrowserContext]:
    """Return the signed-in browser of the person who started the hub."""
    context = browser.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    page.goto(hub.link)
    page.wait_for_url("**/annotate")
    page.close()
    yield context
    context.close()


def opened(context: BrowserContext, hub: StartedHub, size: ViewportSize, language: str) -> Page:
    """Open the project page in a language and wait for its last figure."""
    page = context.new_page()
    page.set_viewport_size(size)
    page.add_init_script(f"localStorage.setItem('labelloop.language', '{language}')")
    page.goto(f"{hub.url}/projects/{hub.project}")
    expect(page.locator(".heat svg text").first).to_be_visible(timeout=FIGURES_MS)
    expect(page.get_by_text(re.compile("Loading|正在载入"))).to_have_count(0, timeout=FIGURES_MS)
    return page


def violations(page: Page) -> list[Any]:
    """Return what axe finds against WCAG 2.2 AA."""
    page.evaluate(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
    run = "tags => axe.run(document, {runOnly: tags}).then(found => found.violations)"
    found = page.evaluate(run, WCAG)
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


class TestQuality:
    """How good the answers are, and whose."""

    def test_figures_stand_with_their_tables(self, owner: BrowserContext, hub: StartedHub) -> None:
        """Confusions have a picture and a table; undefined is said; axe finds nothing."""
        page = opened(owner, hub, DESK, "en")
        main = page.locator("main")
        picture = page.get_by_role("img", name=re.compile("Confusions of .* answers"))
        expect(picture).to_be_visible()
        figure = page.locator("figure", has=picture)
        figure.get_by_text("Show the table").click()
        expect(figure.get_by_role("table")).to_be_visible()
        expect(page.get_by_role("region", name="Annotators").get_by_role("row")).to_have_count(3)
        expect(main).to_contain_text(f"People differ on 3 of {N_TEXTS} items")
        expect(main).to_contain_text("The stop score is no probability yet")
        expect(main).to_contain_text("Undefined: no target is set")
        assert violations(page) == []
        page.close()

    def test_on_a_chinese_phone(self, owner: BrowserContext, hub: StartedHub) -> None:
        """At 360 pixels nothing scrolls sideways, nothing is left in English, axe finds nothing."""
        page = opened(owner, hub, PHONE, "zh")
        main = page.locator("main")
        expect(main).to_contain_text(f"{N_TEXTS} 条中有 3 条意见不一")
        expect(main).to_contain_text("停止分数还不是概率")
        assert "undefined" not in main.inner_text().lower()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert violations(page) == []
        page.close()

    def test_an_annotator_sees_none_of_it(self, browser: Browser, hub: StartedHub) -> None:
        """Who only labels is told why, in place of the figures."""
        user = hub.ask("POST", "/users", {"name": "cy"})["id"]
        hub.ask("PUT", f"/projects/{hub.project}/members/{user}", {"role": "annotator"})
        body = {"next": f"/projects/{hub.project}"}
        link = hub.ask("POST", f"/users/{user}/links", body)["url"]
        context = browser.new_context(viewport=DESK, locale="en-GB")
        page = context.new_page()
        page.goto(link)
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.locator("figure").count() == 0
        context.close()
