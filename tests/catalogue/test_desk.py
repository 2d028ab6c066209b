"""Staff begin something new, see how far each text is, and sign what they have read."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.catalogue.desk.items import Group
from bot.catalogue.desk.pieces import State
from bot.catalogue.desk.saving import save
from bot.catalogue.desk.signing import Signature, read_signature, sign
from bot.catalogue.desk.standing import Audio, list_tasks, survey
from bot.catalogue.desk.starting import Wish, begin
from bot.catalogue.reading.loading import check_catalogue
from bot.catalogue.reading.parsing import Findings, parse_page, source_hash
from bot.catalogue.reading.recordings import spoken_hash, spoken_parts
from bot.cli import app
from bot.errors import BotError, FileRefused
from tests.catalogue.conftest import ARABIC, ENGLISH, ENGLISH_DISTRESS, SMALL

SOCKS = "content/activities/sock-pairs"
KEYS = ("title", "things", "alt", "reviewed", "reviewer", "reviewed_on", "reviewed_text", "source")
SECTIONS = ("why", "do", "grow", "easier", "harder")
STALE = {**SMALL, f"{SOCKS}/en.md": ENGLISH.replace("ten", "twelve").encode()}
CHEN = Signature("Chen", date(2026, 11, 25))


def hash_of(text: str) -> str:
    return source_hash(parse_page(text, "", Findings(), keys=KEYS, sections=SECTIONS))


def test_a_signature_names_who_when_and_which_text_and_nothing_else_changes() -> None:
    unsigned = ARABIC.replace("reviewer: A colleague\nreviewed_on: 2026-08-31\n", "")
    before = unsigned.replace("reviewed: yes", "reviewed: no  # not yet").replace("\n", "\r\n")

    signed = sign({**SMALL, f"{SOCKS}/ar.md": before.encode()}, [f"{SOCKS}/ar.md"], CHEN)

    after = before.replace(
        "reviewed: no  # not yet\r\n",
        "reviewed: yes  # not yet\r\n"
        'reviewer: "Chen"\r\n'
        "reviewed_on: 2026-11-25\r\n"
        f'reviewed_text: "{hash_of(ARABIC)}"\r\n',
    )
    assert signed.files == {f"{SOCKS}/ar.md": after.encode()}
    assert check_catalogue({**SMALL, **signed.files}).errors == []


def test_what_is_accepted_already_stays_as_it_is() -> None:
    after = {**SMALL, **sign(SMALL, [SOCKS], CHEN).files}

    again = sign(after, [SOCKS], Signature("Bo Lund", date(2026, 11, 26)))

    assert again.files == {}
    assert f"{SOCKS}/ar.md: accepted already, by Chen on 2026-11-25" in again.before


def test_a_text_that_changed_after_its_review_is_signed_anew() -> None:
    signed = sign(SMALL, [f"{SOCKS}/ar.md"], CHEN).files[f"{SOCKS}/ar.md"].decode()
    changed = {**SMALL, f"{SOCKS}/ar.md": signed.replace("نظرت", "رأيت").encode()}

    again = sign(changed, [f"{SOCKS}/ar.md"], Signature("Bo Lund", date(2026, 11, 26)))

    text = again.files[f"{SOCKS}/ar.md"].decode()
    assert 'reviewer: "Bo Lund"' in text
    assert "Chen" not in text


def test_a_stale_text_is_signed_only_by_who_says_that_it_is_still_right() -> None:
    with pytest.raises(FileRefused, match="this translation is stale"):
        sign(STALE, [f"{SOCKS}/ar.md"], CHEN)

    signed = sign(STALE, [f"{SOCKS}/ar.md"], read_signature("Chen", CHEN.on, is_still_right=True))

    text = signed.files[f"{SOCKS}/ar.md"].decode()
    assert f'source: "{hash_of(STALE[f"{SOCKS}/en.md"].decode())}"' in text


def test_a_text_with_errors_is_not_signed_nor_are_those_beside_it() -> None:
    files = {**SMALL, f"{SOCKS}/ar.md": ARABIC.replace("title: ", "titel: ").encode()}

    with pytest.raises(FileRefused, match='unknown key "titel"'):
        sign(files, [f"{SOCKS}/ar.md", "content/print"], CHEN)


def test_words_of_distress_and_strings_are_signed_with_their_comments_kept() -> None:
    path = "content/distress/en.yaml"
    before = "# to be confirmed\n" + ENGLISH_DISTRESS.replace("yes", "no  # soon")

    signed = sign({**SMALL, path: before.encode()}, [path, "locales/en"], CHEN)

    text = signed.files[path].decode()
    assert re.fullmatch(
        re.escape(before).replace(
            r"reviewed:\ no\ \ \#\ soon\n".replace(r"\n", "\\\n"),
            'reviewed: yes  # soon\nreviewer: "Chen"\nreviewed_on: 2026-11-25\n'
            'reviewed_text: "[0-9a-f]{16}"\n',
        ),
        text,
    )
    assert b'"X-Reviewer: Chen\\n"' in signed.files["locales/en/LC_MESSAGES/bot.po"]
    assert check_catalogue({**SMALL, **signed.files}).errors == []


@pytest.mark.parametrize("name", ["", " ", "A", "1.", "Chen\u202eLi"])
def test_who_signs_has_a_name(name: str) -> None:
    with pytest.raises(FileRefused, match="is no name"):
        read_signature(name, CHEN.on, is_still_right=False)


def test_what_is_no_text_cannot_be_signed() -> None:
    with pytest.raises(FileRefused, match="there is no text that is reviewed"):
        sign(SMALL, ["content/programme.yaml"], CHEN)


def test_what_was_authored_anew_in_a_language_is_never_stale() -> None:
    card, text = (
        "content/activities/sock-pairs/activity.yaml",
        "content/activities/sock-pairs/ar.md",
    )
    authored = SMALL[card].replace(b"localise: translate", b"localise: author")
    unsourced = re.sub(rb"source: \w+\n", b"", SMALL[text])

    standing = survey({**SMALL, card: authored, text: unsourced})

    states = {item.name: row["ar"].state for item, row in standing.cells.items()}
    assert states["activities/sock-pairs"] is State.DONE


def test_the_matrix_tells_done_from_stale_unreviewed_missing_and_broken() -> None:
    files = {
        **STALE,
        "content/print/ar.md": SMALL["content/print/ar.md"].replace(b": yes", b": no"),
        "content/stories/sock/ar.md": b"no front matter",
    }
    del files["content/printables/socks/ar.md"]

    standing = survey(files)

    states = {item.name: row["ar"].state for item, row in standing.cells.items()}
    assert states == {
        "activities/sock-pairs": State.STALE,
        "stories/sock": State.BROKEN,
        "printables/socks": State.MISSING,
        "consent/1": State.DONE,
        "print": State.UNREVIEWED,
        "distress": State.MISSING,  # the help for Denmark
        "strings": State.UNREVIEWED,
        "programme": State.DONE,
    }
    assert standing.count("ar")[State.DONE] == 2
    assert f"{SOCKS}/ar.md: stale; its source has changed since it was translated" in list_tasks(
        standing, "ar"
    )
    assert "content/distress/ar.yaml: missing: help.DK" in list_tasks(standing, "ar")


def test_a_recording_is_current_until_its_text_changes() -> None:
    page = parse_page(ARABIC, "", Findings(), keys=KEYS, sections=SECTIONS)
    noted = f"ar: {{text: '{spoken_hash(spoken_parts(page))}', on: 2026-11-25}}\n".encode()
    files = {**SMALL, f"{SOCKS}/audio/ar.ogg": b"OggS", f"{SOCKS}/audio/recorded.yaml": noted}
    changed = {**files, f"{SOCKS}/ar.md": ARABIC.replace("نظرت", "رأيت").encode()}
    part = {**SMALL, "content/stories/sock/audio/ar/2.ogg": b"OggS"}

    def audio(these: dict[str, bytes], name: str, language: str = "ar") -> Audio | None:
        return next(
            row[language].audio for item, row in survey(these).cells.items() if item.name == name
        )

    assert audio(files, "activities/sock-pairs") is Audio.CURRENT
    assert audio(files, "activities/sock-pairs", "en") is Audio.NONE
    assert audio(changed, "activities/sock-pairs") is Audio.OLD
    assert audio(part, "stories/sock") is Audio.OLD  # nobody noted which text it was
    assert audio(part, "print") is None


@pytest.mark.parametrize(
    "wish",
    [
        Wish(Group.ACTIVITIES, "tea", None, {"skill": "NAR", "band": "3-4", "minutes": 5}),
        Wish(Group.ACTIVITIES, "tea", "sock-pairs", {}),
        Wish(Group.STORIES, "tea", None, {"pages": 3, "band": "3-4"}),
        Wish(Group.PRINTABLES, "tea", None, {}),
    ],
)
def test_what_is_new_is_sound_but_for_what_is_still_to_be_written(wish: Wish) -> None:
    begun = begin(SMALL, wish)

    files = {**SMALL, **begun.files}
    errors = check_catalogue(files).errors
    left = [each for each in errors if each.what == "this is still to be written"]
    states = {row["ar"].state for item, row in survey(files).cells.items() if "tea" in item.name}
    assert all("no such picture" in each.what for each in errors if each not in left)
    assert {each.path for each in left} >= {f"{begun.folder}/en.md", f"{begun.folder}/ar.md"}
    assert states == {State.MISSING}


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(Group.ACTIVITIES, "Tea Time"), '"Tea Time" cannot be a name. Use small letters'),
        (Wish(Group.ACTIVITIES, "sock-pairs"), "is there already. Choose another name"),
        (Wish(Group.ACTIVITIES, "tea", "none"), 'no "none" in content/activities. There is: sock'),
        (Wish(Group.ACTIVITIES, "tea"), "--skill is missing. Use one of: NAR, VOC."),
        (Wish(Group.STORIES, "tea", None, {"band": "9"}), '--band cannot be "9". Use one of: 3-4.'),
        (Wish(Group.ACTIVITIES, "tea", "sock-pairs", {"id": "A01"}), "is taken by content/activi"),
        (Wish(Group.ACTIVITIES, "tea", "sock-pairs", {"id": "x"}), '"x" is no id. Write a letter'),
        (Wish(Group.ACTIVITIES, "tea", "sock-pairs", {"minutes": 99}), '--minutes cannot be "99"'),
    ],
)
def test_what_cannot_be_begun_is_refused_in_a_sentence(wish: Wish, sentence: str) -> None:
    with pytest.raises(BotError, match=re.escape(sentence)):
        begin(SMALL, wish)


def test_a_file_that_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    content, locales = folder / "content", folder / "locales"
    changed = {"content/print/ar.md": b"new", f"{SOCKS}/ar.md": b"new"}
    (folder / SOCKS / "ar.md").write_bytes(b"somebody else")

    with pytest.raises(BotError, match=r"was changed just now\. Nothing was written"):
        save(changed, before=SMALL, content=content, locales=locales)

    assert (folder / "content/print/ar.md").read_bytes() == SMALL["content/print/ar.md"]
    assert not list(folder.rglob(".*.new"))


def test_a_new_member_of_staff_goes_from_new_to_accepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KUFFERT_CONTENT", "content")
    monkeypatch.setenv("KUFFERT_LOCALES", "locales")

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["content", *words])
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    told = run("new", "activity", "tea", "--like", "sock-pairs")
    assert "put your words in place of each TODO: line" in told
    new = folder / "content/activities/tea"
    (new / "en.md").write_text(ENGLISH.replace("Sock", "Tea"), encoding="utf-8")
    (new / "activity.yaml").write_text((new / "activity.yaml").read_text().replace("TODO:", "By"))
    (new / "picture.png").write_bytes(SMALL[f"{SOCKS}/picture.png"])

    assert "8 texts (8 missing)" not in run("status")
    assert "content/activities/tea/ar.md: missing" in run("status", "--language", "ar")
    out = run("export", "--language", "ar", "--only", "missing", "--format", "po", "--out", "a.po")
    assert "9 missing" in out  # eight of the tea, and the help for Denmark
    po = (folder / "a.po").read_text(encoding="utf-8")
    texts = iter([*(ARABIC_TEXTS), "اتصلوا بالرقم 112."])
    body = re.sub(r'(?<=\n)msgstr ""(?=\n\n|\n$)', lambda _m: f'msgstr "{next(texts)}"', po[600:])
    (folder / "a.po").write_text(po[:600] + body, encoding="utf-8")
    assert "8 texts would change" in run("import", "a.po", "--check")
    assert "8 texts changed" in run("import", "a.po")
    assert "0 errors" in run("check")
    assert "accepted by Chen" in run("accept", "content/activities/tea", "--by", "Chen")

    record = json.loads(run("status", "--format", "json"))
    tea = next(each for each in record["items"] if each["item"] == "activities/tea")
    assert {each["state"] for each in tea["texts"].values()} == {"done"}


ARABIC_TEXTS = (
    *("شاي", "كوب", "كوبان", "جيد.", "{{ school_language }} {{ script_direction }}"),
    *("رائع.", "واحد.", "عشرة."),
)


@pytest.mark.parametrize(
    ("out", "named", "said"),
    [
        ("ar.po", [], b"msgid"),
        ("ar.xlsx", [], b"PK"),
        ("sheet", ["--format", "po"], b"msgid"),
        ("ar.po", ["--format", "xlsx"], "ar.po ends like po, and --format says xlsx."),
        ("ar.txt", [], "ar.txt ends neither in .xlsx nor in .po. Name it so, or say --format."),
    ],
)
def test_a_translators_file_is_what_its_name_ends_in(
    out: str, named: list[str], said: bytes | str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KUFFERT_CONTENT", "content")
    monkeypatch.setenv("KUFFERT_LOCALES", "locales")

    done = CliRunner().invoke(
        app, ["content", "export", "--language", "ar", "--only", "all", "--out", out, *named]
    )

    if isinstance(said, bytes):
        assert said in (folder / out).read_bytes()
    else:
        assert str(done.exception) == said
        assert not (folder / out).exists()
