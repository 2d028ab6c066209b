"""The preview over HTTP: every page is there, and says what production says."""

import re
from html.parser import HTMLParser

import pytest

from bot.catalogue.shown.notices import render_welcome
from bot.catalogue.shown.storybook import Opened, Reader, render_page
from bot.catalogue.shown.touches import Telling, render_check, render_touch
from bot.core.actions import Able, Answer, Tongues, Wish
from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.core.messages import OutgoingMessage
from bot.core.siblings import Label, Naming
from bot.printing.packs import foresee_weeks
from bot.web.preview.prints import PRINTS
from bot.web.preview.screens import GROUPS
from tests.shipped import shipped_catalogue
from tests.web.conftest import Open, Page, read

pytestmark = pytest.mark.anyio
CATALOGUE = shipped_catalogue()
LANGUAGES = pytest.mark.parametrize("language", CATALOGUE.languages)
NUMBER = "C03"
ONCE = (
    "/screen/",
    "/week/",
    "/print/",
)  # there are very many, and all of a kind are made by the same code


class Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def plain(message: OutgoingMessage) -> str:
    stripper = Stripper()
    stripper.feed(message.text)
    stripper.close()
    return stripper.text


def labels(*messages: OutgoingMessage) -> list[str]:
    return [key.label for each in messages for row in each.buttons for key in row]


def telling(touch: Touch, language: str, **said: object) -> Telling:
    given = {"variant": Variant.PLAIN, "school_language": "da", **said}
    return Telling(1, touch, NUMBER, language=language, **given)  # type: ignore[arg-type]


# Everything is there


@pytest.mark.parametrize("most_of_a_kind", [1, pytest.param(3, marks=pytest.mark.long)])
async def test_every_page_and_file_that_is_linked_to_is_there(
    shipped: Open, most_of_a_kind: int
) -> None:
    """Addresses of one kind are of one page, with one thing or another chosen."""
    index = await shipped.get("/")
    waiting, seen, kinds = list(index.links), {"/"}, dict[str, int]()

    while waiting:
        address = waiting.pop()
        path = address.partition("?")[0]
        kinds[path] = kinds.get(path, 0) + 1
        if address in seen or kinds[path] > (1 if path.startswith(ONCE) else most_of_a_kind):
            continue
        seen.add(address)
        answer = await shipped.client.get(address)
        assert answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html") and kinds[path] == 1:
            waiting += read(answer.text).links

    shown = {each.partition("?")[0] for each in seen}
    assert {f"/activity/{each}" for each in CATALOGUE.activities} <= shown
    assert {f"/week/{each}" for each in range(1, CATALOGUE.programme.weeks + 1)} <= shown
    assert {f"/screens/{each}" for each in GROUPS} <= shown
    assert {f"/print/{each}" for each in PRINTS} <= shown
    assert {"/story/red-suitcase", "/printable/memory-cards", "/strings", "/problems"} <= shown
    kinds_of_files = {each.rpartition(".")[2] for each in shown if each.startswith("/file/")}
    assert {"png", "pdf"} <= kinds_of_files


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/activity/Z99", "/story/none", "/screen/none", "/print/none", "/week/99"],
)
async def test_a_page_that_there_is_not_says_so_and_leads_back(shipped: Open, path: str) -> None:
    answer = await shipped.client.get(path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "/" in read(answer.text).links


@pytest.mark.parametrize(
    "query",
    ["language=xx", "state=dancing", "variant=", "able=maybe", "child=first", "theme=" + "x" * 999],
)
async def test_an_address_that_was_mistyped_shows_the_plain_view(shipped: Open, query: str) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?{query}")

    assert len(page.said) == 3


# It says what production says


@LANGUAGES
async def test_a_week_of_touches_is_what_production_sends(shipped: Open, language: str) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language={language}&school=da")

    made = [render_touch(CATALOGUE, telling(touch, language)) for touch in Touch]
    assert page.said == [plain(each) for each in made]
    assert page.keys == labels(*made)
    assert set(page.directions) == {"auto"}


STATES = [
    ("state=seen", Touch.WHY, {"answer": Answer.SEEN}),
    ("state=did-it", Touch.DO, {"answer": Answer.DID_IT}),
    ("state=did-it-harder", Touch.DO, {"answer": Answer.DID_IT, "wish": Wish.HARDER}),
    ("state=not-yet", Touch.DO, {"answer": Answer.NOT_YET}),
    ("state=will-try", Touch.DO, {"answer": Answer.NOT_YET, "will_try": True}),
    ("state=too-hard", Touch.DO, {"answer": Answer.TOO_HARD, "has_followed": True}),
    ("state=not-for-us-alone", Touch.DO, {"answer": Answer.NOT_FOR_US}),
    ("state=easier", Touch.GROW, {"wish": Wish.EASIER}),
    ("variant=easier", Touch.DO, {"variant": Variant.EASIER}),
    ("variant=harder", Touch.DO, {"variant": Variant.HARDER}),
    ("able=asked", Touch.WHY, {"asks_able": True}),
    ("able=can", Touch.GROW, {"asks_able": True, "able": Able.YES}),
    ("child=older", Touch.DO, {"child": Label(Naming.OLDER, 4, 2)}),
    ("last=yes", Touch.WHY, {"celebrates": 1}),
    ("last=yes", Touch.GROW, {"celebrates": 1}),
    ("theme=rain", Touch.DO, {"theme": "rain"}),
]


@pytest.mark.parametrize(("query", "touch", "said"), STATES)
async def test_every_state_is_what_production_shows(
    shipped: Open, query: str, touch: Touch, said: dict[str, object]
) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=ar&school=da&touch={touch}&{query}")

    made = render_touch(CATALOGUE, telling(touch, "ar", **said))
    assert page.said == [plain(made)]
    assert page.keys == labels(made)


async def test_the_question_of_the_day_after_comes_after_a_day_was_chosen(shipped: Open) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=da&school=da&state=will-try")

    told = telling(Touch.DO, "da", answer=Answer.NOT_YET, will_try=True)
    assert page.said[3] == plain(render_check(CATALOGUE, told))


async def test_an_answer_that_a_touch_does_not_offer_leaves_it_as_it_was_sent(
    shipped: Open,
) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=en&school=da&state=too-hard")

    assert page.said[0] == plain(render_touch(CATALOGUE, telling(Touch.WHY, "en")))


async def test_all_languages_stand_side_by_side(shipped: Open) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=all&school=da&touch=do")

    made = [render_touch(CATALOGUE, telling(Touch.DO, each)) for each in CATALOGUE.languages]
    assert page.said == [plain(each) for each in made]


@pytest.mark.parametrize("tongues", Tongues)
async def test_a_story_is_told_as_production_tells_it(shipped: Open, tongues: Tongues) -> None:
    query = f"language=ar&school=da&page=all&tongues={tongues}"
    page = await shipped.get(f"/story/red-suitcase?{query}")

    story = CATALOGUE.stories["red-suitcase"]
    made = [
        render_page(CATALOGUE, Opened(story, number, tongues), Reader("ar", "da"))
        for number in range(1, len(story.pages) + 1)
    ]
    assert page.said == [plain(each) for each in made]
    assert page.keys == labels(*made)


@LANGUAGES
async def test_the_first_message_is_what_production_shows(shipped: Open, language: str) -> None:
    page = await shipped.get(f"/screen/welcome?language={language}")

    made = render_welcome(CATALOGUE, language=language)
    assert (page.said, page.keys) == ([plain(made)], labels(made))


async def test_the_contact_sheet_holds_the_weeks_touches_in_all_languages(shipped: Open) -> None:
    page = await shipped.get("/week/3?band=5-6&school=da")

    chosen = foresee_weeks(CATALOGUE, "5-6")[2]
    made = [
        render_touch(CATALOGUE, Telling(1, touch, chosen, Variant.PLAIN, language, "da"))
        for language in CATALOGUE.languages
        for touch in Touch
    ]
    assert page.said == [plain(each) for each in made]


async def test_the_last_week_is_celebrated_on_its_contact_sheet(shipped: Open) -> None:
    page = await shipped.get(f"/week/{CATALOGUE.programme.weeks}?school=da")

    words = CATALOGUE.words_in("en")
    assert words.say("celebrate-grow") in page.said[2]
    assert words.plain("button-certificate") in page.keys


async def test_a_button_leads_to_what_follows_its_tap(shipped: Open) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=en&school=da&touch=do")

    (address,) = [each for each in page.links if "state=did-it" in each]
    after = await shipped.get(address)
    answered = telling(Touch.DO, "en", answer=Answer.DID_IT)
    assert after.said == [plain(render_touch(CATALOGUE, answered))]


# What stands beside it


async def test_characters_are_counted_as_telegram_counts_them(shipped: Open) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=ar&school=da")

    units = [len(each.encode("utf-16-le")) // 2 for each in page.said]
    assert [each.split(" / ") for each in page.lengths] == [
        [str(units[0]), "4,096"],
        [str(units[1]), "1,024"],
        [str(units[2]), "1,024"],
    ]


async def test_what_the_check_says_of_another_language_does_not_stand_beside_this_one(
    shipped: Open,
) -> None:
    page = await shipped.get(f"/activity/{NUMBER}?language=ar")

    folder = CATALOGUE.activities[NUMBER].folder
    assert f"{folder}/ar.md" in page.text
    assert f"{folder}/da.md" not in page.text


@pytest.mark.parametrize("path", [f"/activity/{NUMBER}", "/screen/first-activity", "/screen/story"])
async def test_every_picture_says_what_is_seen_in_the_language_of_its_words(
    shipped: Open, path: str
) -> None:
    answer = await shipped.client.get(f"{path}?language=ar")

    said = re.findall(r'<img class="picture"[^>]* alt="([^"]*)"', answer.text)
    assert len(said) == 1
    assert re.search("[\u0600-\u06ff]", said[0])


async def test_short_strings_are_listed_in_both_languages(shipped: Open) -> None:
    page = await shipped.get("/strings?language=da")

    for language in ("en", "da"):
        assert CATALOGUE.words_in(language).plain("button-join") in page.text


# Only this machine, and nothing but these pages


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "0.0.0.0", ""])
async def test_another_sites_name_for_this_machine_is_refused(shipped: Open, host: str) -> None:
    answer = await shipped.client.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "Kuffert" not in answer.text


async def test_localhost_is_answered(shipped: Open) -> None:
    answer = await shipped.client.get("/", headers={"Host": "localhost:8090"})

    assert answer.status_code == 200


async def test_a_page_runs_no_script_but_ours_and_asks_no_other_site(shipped: Open) -> None:
    answer = await shipped.client.get(f"/activity/{NUMBER}?language=all")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>([^<]*)<", answer.text) == [""]
    assert re.search(r'\son\w+=|style="', answer.text) is None
    assert [each for each in read(answer.text).links if not each.startswith("/")] == []


async def test_a_page_is_fetched_anew_and_its_pictures_are_not(shipped: Open) -> None:
    page: Page = await shipped.get(f"/activity/{NUMBER}?language=en")

    picture = next(each for each in page.links if each.endswith("picture.png"))
    answer = await shipped.client.get(picture)
    assert answer.content == CATALOGUE.activities[NUMBER].picture.content
    assert "immutable" in answer.headers["cache-control"]
    again = await shipped.client.get(f"/activity/{NUMBER}?language=en")
    assert again.headers["cache-control"] == "no-store"
