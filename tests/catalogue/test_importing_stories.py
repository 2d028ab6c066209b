"""Stories of others: taken in with their licence and makers, or refused in words that help."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.catalogue.desk.importing import import_story
from bot.catalogue.reading.loading import read_catalogue
from bot.catalogue.reading.parsing import Findings
from bot.catalogue.shown.storybook import Opened, Reader, render_page
from bot.errors import BotError
from tests.shipped import LANGUAGES, ROOT, shipped_files

PNG = (ROOT / "content/stories/red-suitcase/page-1.png").read_bytes()
END = "##\n* License: [{licence}]\n* Text: Storyteller\n* Illustration: Artist\n{more}"


def write(title: str, *pages: str, licence: str = "CC-BY", more: str = "* Language: en\n") -> bytes:
    told = "".join(f"##\n{page}\n\n" for page in pages)
    return f"# {title}\n\n{told}{END.format(licence=licence, more=more)}".encode()


ENGLISH = write("Where is my cat?", "Where is my cat?", "Here it is!")
ARABIC = write(
    "أين قطتي؟", "أين قطتي؟", "ها هي!", more="* Translation: Translator\n* Language: ar\n"
)
DANISH = write(
    "Hvor er min kat?", "Hvor er min kat?", "Her er den!",
    more="* Translation: Translator\n* Language: da\n",
)  # fmt: skip
SHORT = write("En kat", "Her!", more="* Language: da\n")
PICTURES = {"images/01.png": PNG, "images/02.png": PNG}
OTHERS = {
    f"{each}/0009_cat.md": ENGLISH.replace(b"Language: en", f"Language: {each}".encode())
    for each in LANGUAGES
    if each != "en"
}
WHOLE = {
    **OTHERS,
    "0009_cat.md": ENGLISH,
    "ar/0009_cat.md": ARABIC,
    "da/0009_cat.md": DANISH,
    **PICTURES,
}


def take_in(source: dict[str, bytes], **given: str) -> dict[str, bytes]:
    values = {"name": "my-cat", "band": "3-4", **given}
    return dict(import_story(dict(shipped_files()), source, **values).files)


def test_a_story_in_every_language_is_told_with_its_makers_on_the_last_page() -> None:
    files = dict(shipped_files()) | take_in(WHOLE)
    card = "content/stories/my-cat/story.yaml"
    told = files[card].decode()
    assert 'licence: "CC-BY"' in told
    assert "Text: Storyteller; Illustration: Artist; Translation (ar): Translator" in told
    files[card] = told.replace("TODO: say in a few words what this picture shows", "A cat").encode()

    findings = Findings()
    catalogue = read_catalogue(files, findings)

    assert [each.what for each in findings.errors] == []
    assert catalogue
    assert not any("stale" in each.what for each in findings.warnings if "my-cat" in each.path)
    story = catalogue.stories["my-cat"]
    assert story.texts["ar"].pages == ("أين قطتي؟", "ها هي!")
    first, last = (render_page(catalogue, Opened(story, page), Reader("ar")) for page in (1, 2))
    assert "Illustration: Artist" not in first.text
    assert "Illustration: Artist; Translation (ar): Translator" in last.text
    assert "CC-BY" in last.text


def test_languages_that_lack_are_begun_and_others_left_out() -> None:
    french = write("Où est mon chat?", "Où?", "Ici!", more="* Language: fr\n")
    begun = import_story(
        dict(shipped_files()),
        {"en.md": ENGLISH, "fr.md": french, **PICTURES},
        name="my-cat",
        band="3-4",
    )

    assert "content/stories/my-cat/fr.md" not in begun.files
    assert b"TODO" in begun.files["content/stories/my-cat/da.md"]
    assert b"TODO" not in begun.files["content/stories/my-cat/en.md"]
    assert any("no such language: fr" in step for step in begun.writing)
    assert any("Translate into da" in step for step in begun.writing)


def test_a_page_may_name_its_picture_and_say_what_it_shows() -> None:
    told = write(
        "A cat", "![A cat under a bed](pics/under.png)\nUnder the bed?", "![](b.png) Here!"
    )

    files = take_in({"en.md": told, "pics/under.png": PNG, "b.png": PNG})

    assert b'en: "A cat under a bed"' in files["content/stories/my-cat/story.yaml"]
    assert b"## 1\n\nUnder the bed?\n" in files["content/stories/my-cat/en.md"]


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("CC-BY-NC", ["no commercial use is allowed"]),
        ("CC BY-ND 4.0", ["nothing may be changed"]),
        ("CC-BY-NC-ND", ["no commercial use is allowed", "nothing may be changed"]),
        ("CC-BY-SA", []),
        ("CC0", []),
        ("Public domain", []),
    ],
)
def test_what_a_licence_forbids_is_said_at_once_and_by_every_check(
    licence: str, said: list[str]
) -> None:
    source = {"en.md": write("A cat", "One.", "Two.", licence=licence), **PICTURES}
    begun = import_story(dict(shipped_files()), source, name="my-cat", band="3-4")
    findings = Findings()

    read_catalogue(dict(shipped_files()) | dict(begun.files), findings)

    warned = [step for step in begun.writing if "Beware of the licence" in step]
    assert len(warned) == len(said)
    assert all(each in step for each, step in zip(said, warned, strict=True))
    checked = [each.what for each in findings.warnings if "the licence is" in each.what]
    assert len(checked) == len(said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"en.md": b"# A cat\n\n##\nOne.\n\n##\nTwo.\n", **PICTURES}, "names no licence"),
        ({"en.md": write("A", "One.", licence="All rights reserved"), **PICTURES}, "not known as"),
        ({"en.md": write("A", "One.", licence=""), **PICTURES}, "names no licence"),
        ({"en.md": write("A", "One.", "Two."), "01.png": PNG}, "Page 2 has no picture. Put 02.jpg"),
        ({"en.md": write("A", "![](lost.png) One."), **PICTURES}, 'picture "lost.png" on page 1'),
        ({"en.md": b"Just words.", **PICTURES}, "needs `# title`"),
        ({"en.md": "# Kött".encode("cp1252"), **PICTURES}, "not written in UTF-8"),
        ({"fr.md": write("A", "One.", more="* Language: fr\n"), **PICTURES}, "The story is in fr"),
        ({"en.md": ENGLISH, "b.md": ENGLISH, **PICTURES}, 'are both in "en"'),
        ({"en.md": ENGLISH, "da.md": SHORT, **PICTURES}, "Give both the same pages"),
        ({"en.md": write("A", *["One."] * 21), **PICTURES}, "at most 20"),
        (dict(PICTURES), "no Markdown file"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_refused_with_its_remedy(
    source: dict[str, bytes], said: str
) -> None:
    with pytest.raises(BotError, match=said.replace("(", r"\(")):
        take_in(source)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "red-suitcase"}, "is there already"),
        ({"name": "My Cat"}, "cannot be a name"),
        ({"band": "7-9"}, "Use one of: 3-4, 4-5, 5-6"),
    ],
)
def test_a_place_that_cannot_be_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(BotError, match=said):
        take_in(WHOLE, **given)


@pytest.mark.parametrize("is_zipped", [False, True])
def test_the_command_takes_a_folder_or_a_zip_file(tmp_path: Path, is_zipped: bool) -> None:
    for path, content in shipped_files().items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    source = tmp_path / ("story.zip" if is_zipped else "story")
    if is_zipped:
        with ZipFile(source, "w") as archive:
            for path, content in WHOLE.items():
                archive.writestr(path, content)
    else:
        for path, content in WHOLE.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)
    command = [sys.executable, "-m", "bot.cli", "content", "import-story", str(source)]
    command += ["--name", "my-cat", "--band", "3-4"]

    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "content/stories/my-cat/page-2.png").read_bytes() == PNG
    assert "wrote content/stories/my-cat/story.yaml" in done.stdout


def test_what_is_no_zip_file_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "story.zip"
    broken.write_bytes(b"PK\x03\x04 no more")
    command = [sys.executable, "-m", "bot.cli", "content", "import-story", str(broken)]
    command += ["--name", "my-cat", "--band", "3-4"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "is no folder and no ZIP file" in " ".join(done.stderr.split())
