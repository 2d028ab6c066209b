"""HTML in every field of every form: whatever is made of it, no page ever holds it as it came."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from bot.store.states import StaffRole
from tests.console.conftest import FORM_KEY, Browser, Open
from tests.kinds import on_sqlite

pytestmark = pytest.mark.anyio
HTML = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
ALIVE = ("<script>alert(1)", "<img src=x")
ENDING = {"/sign-out", "/account/browsers", "/account/passphrase", "/people/renew"}
FIRST = ("/account", "/centres/solsikken", "/centres/solsikken/cards", "/inbox/1")
CHOSEN = ("hidden", "number", "date", "checkbox", "radio")
EXCEPT = ("/static", "/work/")


@dataclass
class Form:
    """A form as it stands in a page: where it goes, and what stands or can be written in it."""

    action: str
    method: str
    chosen: dict[str, str] = field(default_factory=dict)  # what nobody types, and its value
    typed: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Finds the forms and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif self.forms:
            self.add_field(tag, given, self.forms[-1])

    def add_field(self, tag: str, given: dict[str, str], form: Form) -> None:
        """Take a field into a form; of a choice the last option that has a value is chosen."""
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "option" and self.select and given.get("value"):
            form.chosen[self.select] = given["value"]
        elif name and tag == "select":
            self.select = name
            form.chosen.setdefault(name, "")
        elif name and (tag == "button" or kind in CHOSEN):
            form.chosen[name] = given.get("value", "")
        elif name and kind == "file":
            form.files.append(name)
        elif name and tag in ("input", "textarea"):
            form.typed.append(name)


def read(page: httpx.Response) -> Reader:
    reader = Reader()
    if page.headers.get("content-type", "").startswith("text/html"):
        reader.feed(page.text)
    return reader


def list_paths(page: httpx.Response) -> Iterator[str]:
    """List where a page leads, one of each kind."""
    for link in read(page).links:
        parts = urlsplit(urljoin(str(page.url), link))
        if parts.netloc == page.url.netloc.decode() and not parts.path.startswith(EXCEPT):
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


async def find_pages(browser: Browser) -> list[str]:
    """Follow the navigation, and what it leads to; of many addresses of one kind the first."""
    kinds: dict[tuple[str, ...], str] = {}
    waiting = ["/", *FIRST]
    while waiting:
        path = waiting.pop()
        page = await browser.client.get(path, follow_redirects=True)
        for found in list_paths(page):
            parts = found.partition("?")[0].split("/")
            kind = tuple("*" if n > 2 or each.isdigit() else each for n, each in enumerate(parts))
            if kind not in kinds:
                kinds[kind] = found
                waiting.append(found)
    return sorted({*FIRST, *kinds.values()})


async def fill(browser: Browser, form: Form, page: str, *, in_all: bool) -> httpx.Response:
    """Send a form with HTML in every field, or in those alone that somebody types in."""
    chosen = dict.fromkeys(form.chosen, HTML) if in_all else form.chosen
    values = {**chosen, **dict.fromkeys(form.typed, HTML)}
    if "form_key" in values:
        values["form_key"] = browser.key
    target = form.action or page
    if form.method == "get":
        return await browser.client.get(target, params=values)
    body = f"study_code,{HTML}\n{HTML},1\n".encode()
    files = dict.fromkeys(form.files, (f"{HTML}.csv", body))
    return await browser.client.post(target, data=values, files=files or None)


def is_alive(page: httpx.Response) -> bool:
    """Say whether a page holds what was written as it was written."""
    return page.headers.get("content-type", "").startswith("text/html") and any(
        each in page.text for each in ALIVE
    )


@on_sqlite
async def test_html_in_every_field_of_every_form_stays_words(opened: Open) -> None:
    phone = opened.town.phone(HTML, language="ar")
    await phone.join(await opened.town.card("ar"))
    await phone.write(HTML)
    browser = await opened.browser(StaffRole.ADMIN)
    sent, wrong = set(), []

    for page in await find_pages(browser):
        shown = await browser.client.get(page)
        key = FORM_KEY.search(shown.text)
        browser.key = key[1] if key else browser.key
        for form in read(shown).forms:
            path = urlsplit(form.action or page).path
            if path not in ENDING and (path, form.method) not in sent:
                sent.add((path, form.method))
                for in_all in (True, False):
                    answer = await fill(browser, form, page, in_all=in_all)
                    if answer.status_code >= 500 or is_alive(answer):
                        wrong.append((path, answer.status_code))
    for page in await find_pages(browser):
        again = await browser.client.get(page)
        if again.status_code >= 500 or is_alive(again):
            wrong.append((page, again.status_code))

    assert len(sent) > 25
    assert wrong == []
