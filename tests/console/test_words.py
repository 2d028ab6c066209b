"""Every word of the pages is there in Danish, none is said twice, and what others say is told."""

import re
from pathlib import Path

from bot import intake
from bot.catalogue.desk.sheets import EXPLAINED
from bot.catalogue.materials import PrintableKind
from bot.core.actions import Tongues
from bot.core.choosing import Variant
from bot.intake.readings import Fault
from bot.store.states import QuestionKind, StaffRole, WorkStatus
from bot.web.console import pages
from bot.web.preview.items import TITLES
from bot.web.preview.prints import PRINTS
from bot.web.preview.screens import GROUPS
from bot.web.preview.tellings import ABLE, CHILD, SHOWN, STATES
from bot.web.wording import BRACES, FOLDER, LANGUAGES, Wording, choose_language, wording_in
from tests.console.sentences import list_sentences

BOT = Path(intake.__file__).parents[1]
ROOM, INTAKE = Path(pages.__file__).parent, Path(intake.__file__).parent
PREVIEW = BOT / "web" / "preview"
DESK = BOT / "catalogue" / "desk"
IN_TEMPLATE = re.compile(r'_\("((?:[^"\\]|\\.)*)"\)')
IN_PLURAL = re.compile(r'ngettext\("([^"]+)", "')
IN_CODE = re.compile(r'(?:words\.say|phrase)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
NOTED = re.compile(r'visit\.note\(session, "([^"]+)"')
IN_REASON = re.compile(r'explain\(\s*Fault\.\w+,\s*"((?:[^"\\]|\\.)*)"')
COUNTED = re.compile(r'\bcount\(\s*"((?:[^"\\]|\\.)*)",\s*"')
PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"')

# Whose every sentence is of a problem in a file, and whose refusals the pages show
CHECKED = (
    *sorted((BOT / "catalogue" / "checks").glob("*.py")),
    *sorted((BOT / "catalogue" / "reading").glob("*.py")),
    *(BOT / "catalogue" / f"{name}.py" for name in ("files", "materials", "programme", "records")),
    BOT / "catalogue" / "desk" / "personas.py",
    *(DESK / f"{name}.py" for name in ("exchange", "rows", "signing", "starting", "importing")),
    *(DESK / f"{name}.py" for name in ("archives", "po_files", "sheets")),
    BOT / "catalogue" / "shown" / "storybook.py",
    *sorted((BOT / "intake").glob("*.py")),
    *(BOT / "report" / f"{name}.py" for name in ("plans", "costs")),
    ROOM / "mapping_writing.py",
    *(PREVIEW / f"{name}.py" for name in ("lists", "bubbles", "items", "lending")),
    BOT / "core" / "passphrases.py",
)
REFUSING = (
    *sorted(ROOM.glob("*.py")),
    *sorted((BOT / "report" / "exports").glob("*.py")),
    *(BOT / "report" / f"{name}.py" for name in ("disclosure", "drawing", "analysis/gathering")),
    BOT / "core" / "power.py",
    *(
        BOT / "app" / f"{name}.py"
        for name in (
            "cards",
            "console",
            "content_versions",
            "files",
            "handing_out",
            "undertaking",
            "rehearsing/writing",
        )
    ),
    DESK / "items.py",
    *(BOT / "store" / f"{name}.py" for name in ("accounts", "centres", "outcomes", "questions")),
    BOT / "store" / "work.py",
    BOT / "delivery" / "staff_answers.py",
    BOT / "chat" / "fetching.py",
)
NOBODY_READS = re.compile(  # names of what is remembered, patterns, what a mapping or a story holds
    r".*\\.*|.*\(\?.*|\^msgid.*|[\[<].*|\{\w+\} (told|shown|named|…)|(frames|words) of \{\w+\}"
    r"|\{\{ \{\w+\} \}\}|[ #]*\w*: .*|  +.*|# .*|\{\w+\}[ /+·({]+\{\w+\}\)?| · .*"
    r"|\{id\} · .* min|EEEE.*|; found: .*|d MMM.*|\{key\}: \{front\}\n|## \{name\}\n\{strip\}\n"
)
WRITTEN = re.compile(  # into the files of translators and of those who begin something
    r'(?s)"?\{mark\} .*|## .*|# Texts of .*|[A-Z][\w-]+: .*\n|\{\w+\}: \{\w+\}\n?|msgstr\[.*'
    r"|.* Such as: \{shown\}|reviewed: no\n.*|Translation \(\{language\}\): \{makers\}"
)
FOR_THE_COMMAND_LINE = {
    # which the pages count with words of their own
    "{rows} rows, {results} results", "{accepted} accepted", "{wrong} quarantined",
    "{corrected} corrected by confirmation", "{withheld} withheld: linking refused or withdrawn",
    "{known} of these are known from an earlier file",
    "{name}: {new} new, {changed} changed, {same} as they were.",
    "{name}: all {same} are known already; nothing has changed.",
    " Rows left out: {line}.", " Levels left as the family wished: {kept_levels}.",
}  # fmt: skip
PARTS = {  # of sentences, each of which is told as a whole
    "is an idiom", "tells whether the child is a girl or a boy", '"{found}" {what}',
    "plural forms", "no plural forms", '"{key}" has {pluralizable}', "Value error, ",
    '"{column}" {what}', ', in the sheet "{title}",', " of sheet {place}", " or --control ",
    "💬 {each}", "a reference", "too deep", '"{name}": {lower}{said}', "{place}: {lower}{said}",
    '"{id}": {problem}', '"{id}": {what}',
    "Write one of: ", "{path}, row {line}", "{place}: {what}. {instead}", " to {pictures}",
    "{name}: {list_lines}.", "{fault}: {format}", "{what}. {instead}",
}  # fmt: skip
IN_A_SHEET = {  # for translators, and for nobody
    *EXPLAINED, "Read me", "made from", "source mark", "text mark",
    "A new workbook begins with a worksheet.",
}  # fmt: skip
LEFT_OUT = FOR_THE_COMMAND_LINE | PARTS | IN_A_SHEET


def list_said() -> set[str]:
    said = set()
    for path in (*(ROOM / "page").glob("*.jinja"), *(PREVIEW / "page").glob("*.jinja")):
        text = path.read_text(encoding="utf-8")
        said |= set(IN_TEMPLATE.findall(text)) | set(IN_PLURAL.findall(text))
    for path in ROOM.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        said |= {"".join(PIECE.findall(each)) for each in IN_CODE.findall(text)}
        said |= set(NOTED.findall(text)) | set(COUNTED.findall(text))
    for path in INTAKE.glob("*.py"):
        said |= set(IN_REASON.findall(path.read_text(encoding="utf-8")))
    return said | {
        str(each) for words in (StaffRole, WorkStatus, QuestionKind, Fault) for each in words
    }


def list_titles() -> set[str]:
    """List what the preview calls what it shows, and what can be chosen there."""
    screens = [screen.title for group in GROUPS.values() for screen in group.screens.values()]
    groups = [group.title for group in GROUPS.values()]
    states = [state.title for state in STATES.values()]
    printed = [each.title for each in PRINTS.values()]
    chosen = [*SHOWN, *ABLE.values(), *CHILD.values(), *Variant, *Tongues, *PrintableKind]
    return {str(each) for each in (*screens, *groups, *states, *printed, *chosen, *TITLES.values())}


def list_told() -> dict[str, str]:
    """List what other rooms say to whoever reads the pages, with where it is said."""
    told = {}
    for paths, raised_only in ((CHECKED, False), (REFUSING, True)):
        for path in paths:
            for text, line in list_sentences(path, raised_only=raised_only).items():
                if not (NOBODY_READS.fullmatch(text) or WRITTEN.fullmatch(text)):
                    told[text] = f"{path.relative_to(BOT)}:{line}"
    return {text: where for text, where in told.items() if text not in LEFT_OUT}


def test_everything_that_is_said_is_said_in_every_language() -> None:
    said = list_said()

    assert len(said) > 200
    for language in LANGUAGES.keys() - {"en"}:
        words = wording_in(language)._strings
        assert sorted(said - words.keys()) == []
        files = [path.read_text(encoding="utf-8") for path in (FOLDER / language).glob("*.po")]
        keys = re.findall(r'^msgid "(.+)"$', "\n".join(files), re.M)
        assert len(keys) == len(set(keys)) > len(said)


def test_what_other_rooms_say_is_told_in_every_language_with_all_that_stands_in_it() -> None:
    told = list_told()

    assert len(told) > 400
    for language in LANGUAGES.keys() - {"en"}:
        words = wording_in(language)
        assert [f"{where}: {text}" for text, where in told.items() if lacks(words, text)] == []


def test_what_the_preview_shows_is_called_something_in_every_language() -> None:
    titles = list_titles()

    assert len(titles) > 150
    for language in LANGUAGES.keys() - {"en"}:
        words = wording_in(language)
        assert [each for each in sorted(titles) if words.tell(each) == each] == []


def lacks(words: Wording, text: str) -> bool:
    """Say whether a sentence stays English, or loses something that stood in its braces."""
    stands = {name: f"‹{n}›" for n, (name, _) in enumerate(BRACES.findall(text))}
    filled = BRACES.sub(lambda brace: stands[brace[1]], text)
    told = words.tell(filled)
    return told == filled or any(each not in told for each in stands.values())


def test_a_sentence_is_told_by_the_text_that_says_the_most_of_it() -> None:
    words = wording_in("da")

    assert words.tell('"why" is missing') == '"why" mangler'
    assert words.tell('"name" is missing in "so"') == '"name" mangler på "so"'
    assert words.tell('"score" has numbers such as 1.234, which read in two ways') == (
        '"score" har tal som 1.234, som kan læses på to måder'
    )
    assert words.tell("sheets.0: input should be a valid list") == "sheets.0: skal være en liste"
    assert words.tell("Whatever this is, nobody wrote it.") == "Whatever this is, nobody wrote it."
    assert words.tell('there is no column "Name {x}"') == 'der er ingen kolonne "Name {x}"'


def test_what_somebody_wrote_is_never_told_in_other_words() -> None:
    words = wording_in("da")

    assert words.tell('there is no column "Written"') == 'der er ingen kolonne "Written"'
    assert words.tell('there is no column "study code"') == 'der er ingen kolonne "study code"'
    assert words.tell("x" * 100_000) == "x" * 100_000
    assert words.tell("a: " * 330 + "x") == "a: " * 330 + "x"


def test_english_is_left_as_it_is() -> None:
    words = wording_in("en")

    assert words.tell('"why" is missing') == '"why" is missing'


def test_a_browser_is_answered_in_a_language_that_it_accepts() -> None:
    assert choose_language("fr, da;q=0.8, en;q=0.5") == "da"
    assert choose_language("da-DK") == "da"
    assert choose_language("fr, *;q=0.1") == "en"
    assert choose_language("") == "en"
