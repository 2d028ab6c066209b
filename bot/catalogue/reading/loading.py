"""Load a catalogue whole or not at all, with every problem at once."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TypeVar

from pydantic import BaseModel

from bot.catalogue.checks.invisible import check_invisible
from bot.catalogue.checks.limits import check_rendered, measure_all_frames
from bot.catalogue.checks.order import check_order, check_programme
from bot.catalogue.checks.plainness import Rules
from bot.catalogue.checks.strings import check_words, read_messages
from bot.catalogue.checks.texts import check_consent, note_state
from bot.catalogue.files import (
    CONTENT,
    DEEP,
    LOCALES,
    PROGRAMME,
    Files,
    digest_of,
    group_files,
    name_parts,
)
from bot.catalogue.materials import Printable, Story
from bot.catalogue.programme import Programme
from bot.catalogue.reading.activities import ACTIVITIES, read_activity
from bot.catalogue.reading.folders import Folder, Ground, list_below, read_pages
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import (
    STATE_KEYS,
    Findings,
    Lines,
    Page,
    make_record,
    parse_record,
    parse_text,
    parse_yaml,
)
from bot.catalogue.reading.printables import PRINTABLES, list_shared, read_printable
from bot.catalogue.reading.prints import PRINTS, read_prints
from bot.catalogue.reading.sharing import SharedReading, may_share
from bot.catalogue.reading.stories import STORIES, read_story
from bot.catalogue.records import Activity, Catalogue, ConsentText, Distress
from bot.catalogue.shown.storybook import check_story_told
from bot.catalogue.words import Words, direction_of
from bot.errors import FileRefused

CONSENTS = f"{CONTENT}/consent"
DISTRESS = f"{CONTENT}/distress"
LANGUAGES = f"{CONTENT}/languages"
CONSENT_SECTIONS = ("messages", "linking", "research")
YAML = ".yaml"
Read = TypeVar("Read")
Model = TypeVar("Model", bound=BaseModel)
SharedActivities = SharedReading[tuple[Activity | None, int]]
_READ, _TURN = Memory(), Lock()  # most of what a process reads differs little from the last time


def load_catalogue(files: Files) -> Catalogue:
    """Load a catalogue from its files; raise FileRefused with every problem in them."""
    findings = Findings()
    catalogue = read_catalogue(files, findings)
    if findings.errors or catalogue is None:
        raise FileRefused(findings.errors)
    return catalogue


def check_catalogue(files: Files) -> Findings:
    """Find everything that is wrong, and everything that staff should know."""
    findings = Findings()
    read_catalogue(files, findings)
    return findings


def read_catalogue(
    files: Files, findings: Findings, memory: Memory | None = None
) -> Catalogue | None:
    """Read as much as can be read; None when nothing can be made of it.

    Only what has changed since a memory was last used is read. Without one it is the process's own,
    which threads use in turn.
    """
    with nullcontext() if memory else _TURN:
        reading = Reading(files, findings, memory or _READ)
        catalogue = reading.read()
        reading.memory.turn()
    return catalogue


@dataclass(frozen=True)
class Programmed:
    """The programme as it stands in its file."""

    programme: Programme
    lines: Lines


class Reading:
    """One reading of a catalogue's files."""

    def __init__(self, files: Files, findings: Findings, memory: Memory) -> None:
        """Sort the files by the folders that are read as one."""
        self.files = files
        self.findings = findings
        self.memory = memory
        folders, self.rest = group_files(files, DEEP)
        self.deep = {path: Folder(path, inside) for path, inside in folders.items()}

    def read(self) -> Catalogue | None:
        """Read everything."""
        read = self.recall(PROGRAMME, self.files.get(PROGRAMME), self.read_programme)
        if read is None:
            return None
        programme = read.programme
        inputs = (programme, self.shallow(LANGUAGES).files)
        ground = self.recall(LANGUAGES, inputs, partial(self.read_ground, programme))
        shared = self.share_activities(ground)
        name = self.name()
        words = self.read_words(ground)
        consent = self.read_folder(self.consents(programme), ground, read_consent)
        prints = self.read_folder(self.shallow(PRINTS), ground, read_prints)
        distress = self.read_folder(self.shallow(DISTRESS), ground, read_distress)
        around = Catalogue(name, programme, {}, consent, words, prints, distress)
        if shared and not self.findings.errors:  # meanwhile the second process reads
            measure_all_frames(around, self.findings, memory=self.memory)
        activities = self.read_activities(ground, shared)
        stories = self.read_stories(ground)
        printables = self.read_printables(ground)
        check_order(read.programme, read.lines, activities.values(), self.findings)
        if self.findings.errors:
            return None
        catalogue = replace(around, activities=activities, stories=stories, printables=printables)
        self.check_shown(catalogue)
        return catalogue

    def check_shown(self, catalogue: Catalogue) -> None:
        """Measure everything as families are shown it."""
        check_rendered(catalogue, self.findings, memory=self.memory)
        for story in catalogue.stories.values():
            self.recall(
                f"{story.folder} told",
                (story, *catalogue.words.values()),
                partial(check_story_told, catalogue, story),
            )

    def recall(self, place: str, inputs: object, make: Callable[[Findings], Read]) -> Read:
        """Read something, unless it was read from the same files before."""
        return self.memory.recall(place, inputs, self.findings, make)

    def read_folder(
        self, folder: Folder, ground: Ground, read: Callable[[Folder, Ground, Findings], Read]
    ) -> Read:
        """Read what lies in one folder."""
        return self.recall(folder.path, (folder.files, ground), partial(read, folder, ground))

    def shallow(self, path: str) -> Folder:
        """Give a folder right below `content/`; an empty one where there is none."""
        start = f"{path}/"
        found = {
            name.removeprefix(start): content
            for name, content in self.rest.items()
            if name.startswith(start)
        }
        return Folder(path, found)

    def name(self) -> str:
        """Name the catalogue by its content, as `version_of` does."""
        digests = {
            path: self.memory.recall(
                f"{path} named", folder.files, self.findings, partial(name_files, folder.files)
            )
            for path, folder in self.deep.items()
        }
        return name_parts(digests, self.rest)

    def consents(self, programme: Programme) -> Folder:
        """Give the folder of the consent texts that are asked for now."""
        path = f"{CONSENTS}/{programme.consent}"
        return self.deep.get(path, Folder(path, {}))

    def read_programme(self, findings: Findings) -> Programmed | None:
        """Read the programme."""
        if PROGRAMME not in self.files:
            findings.refuse(PROGRAMME, 0, "there is no such file", "Write it; see the README.")
            return None
        text = parse_text(self.files[PROGRAMME], PROGRAMME, findings)
        parsed = parse_yaml(text, PROGRAMME, findings) if text is not None else None
        if parsed is None:
            return None
        values, lines = parsed
        programme = make_record(Programme, values, lines, PROGRAMME, findings)
        if programme is None or not check_programme(programme, lines, findings):
            return None
        return Programmed(programme, lines)

    def read_ground(self, programme: Programme, findings: Findings) -> Ground:
        """Read how plain each language is to be, and what it calls things, where it is written."""
        folder = self.shallow(LANGUAGES)
        rules = read_yaml_files(folder, programme, Rules, findings)
        check_glossaries(rules, folder, programme, findings)
        return Ground(programme, rules)

    def read_words(self, ground: Ground) -> dict[str, Words]:
        """Read the short strings of every language."""
        messages, programme = {}, ground.programme
        for language in programme.languages:
            path = f"{LOCALES}/{language}/LC_MESSAGES/bot.po"
            if path not in self.files:
                instead = f"Translate the strings of {programme.language}."
                self.findings.refuse(path, 0, "there is no such file", instead)
                continue
            content = self.files[path]
            make = partial(read_messages, content, language)
            found = self.recall(path, content, make)
            if found:
                messages[language] = found
        source = messages.get(programme.language)
        for language, each in messages.items():
            rules = ground.rules.get(language)
            compare = partial(check_words, each, source, rules=rules)
            self.recall(f"words of {language}", (each, source, rules), compare)
        return {language: each.words for language, each in messages.items()}

    def share_activities(self, ground: Ground) -> SharedActivities | None:
        """Begin to read activities on two cores, where very many were not read before."""
        folders = list_below(self.deep, ACTIVITIES)
        new = [each for each in folders if self.memory.lacks(each.path, (each.files, ground))]
        return SharedReading(new, partial(read_activity_on, ground)) if may_share(new) else None

    def read_activities(
        self, ground: Ground, shared: SharedActivities | None
    ) -> dict[str, Activity]:
        """Read every activity's folder; their ids differ."""
        activities: dict[str, Activity] = {}
        for folder, (made, found) in shared.finish() if shared else ():
            self.memory.keep(folder.path, (folder.files, ground), made, found)
        for folder in list_below(self.deep, ACTIVITIES):
            activity, line = self.read_folder(folder, ground, read_activity)
            if activity is None:
                continue
            if activity.card.id in activities:
                other = activities[activity.card.id].folder
                what = f'the id "{activity.card.id}" is taken by {other}'
                path = folder.place("activity.yaml")
                self.findings.refuse(path, line, what, "Choose another id.")
                continue
            activities[activity.card.id] = activity
        return dict(sorted(activities.items()))

    def read_stories(self, ground: Ground) -> dict[str, Story]:
        """Read every story's folder, by its name."""
        found = (
            self.read_folder(folder, ground, read_story)
            for folder in list_below(self.deep, STORIES)
        )
        return {story.id: story for story in found if story}

    def read_printables(self, ground: Ground) -> dict[str, Printable]:
        """Read the folder of every page to print, by its name."""
        printables = {}
        for folder in list_below(self.deep, PRINTABLES):
            shared = {path: self.files[path] for path in list_shared(folder) if path in self.files}
            make = partial(read_printable, folder, ground, shared=shared)
            printable = self.recall(folder.path, (folder.files, ground, shared), make)
            if printable:
                printables[printable.id] = printable
        return printables


def read_activity_on(
    ground: Ground, folder: Folder, findings: Findings
) -> tuple[Activity | None, int]:
    """Read one activity, the ground named first, and measure it: both cores share that as well."""
    activity, line = read_activity(folder, ground, findings)
    return activity and activity.measured(), line


def check_glossaries(
    rules: Mapping[str, Rules], folder: Folder, programme: Programme, findings: Findings
) -> None:
    """Point to what has a name in the programme's own language, and none in another's glossary."""
    wanted = rules[programme.language].glossary if programme.language in rules else {}
    for language, each in rules.items():
        missing = [name for name in wanted if name not in each.glossary]
        if missing:
            what = f"the glossary has no word for: {', '.join(missing)}"
            instead = "Write what every text of this language calls it."
            findings.warn(folder.place(f"{language}{YAML}"), 0, what, instead)


def name_files(files: Files, _findings: Findings) -> str:
    """Name some files by their content; there is nothing to be found on the way."""
    return digest_of(files)


def read_consent(
    folder: Folder, ground: Ground, findings: Findings
) -> dict[tuple[str, str], ConsentText]:
    """Read the consent texts of the version that is asked for, in every language."""
    version = folder.name
    pages = read_pages(
        folder,
        ground,
        findings,
        keys=STATE_KEYS,
        sections=CONSENT_SECTIONS,
        kind="consent text",
        is_vital=True,
    )
    for language, page in pages.items():
        check_consent(page, folder.text(language), language, ground, findings)
    pages = note_state(pages, folder, ground, findings, is_vital=True)
    return {
        (version, language): make_consent(page, version, language)
        for language, page in pages.items()
        if all(page.sections.get(name) for name in CONSENT_SECTIONS)
    }


def make_consent(page: Page, version: str, language: str) -> ConsentText:
    """Make the consent texts of one language."""
    return ConsentText(
        version=version,
        language=language,
        messages=page.sections["messages"],
        linking=page.sections["linking"],
        research=page.sections["research"],
        is_reviewed=page.is_reviewed,
        source=page.front.get("source"),
    )


def read_distress(folder: Folder, ground: Ground, findings: Findings) -> dict[str, Distress]:
    """Read what distress sounds like, and where help is, in every language."""
    programme = ground.programme
    lists = read_yaml_files(folder, programme, Distress, findings)
    for language, found in lists.items():
        check_distress(found, folder.place(f"{language}{YAML}"), language, ground, findings)
    for language in programme.languages:
        if f"{language}{YAML}" not in folder.files:
            instead = "Write the words of distress in this language."
            path = folder.place(f"{language}{YAML}")
            findings.refuse(path, 0, "there is no such file", instead)
    return lists


def check_distress(
    found: Distress, path: str, language: str, ground: Ground, findings: Findings
) -> None:
    """See that the words of distress are reviewed, and hold nothing that turns them about."""
    if not found.reviewed:
        what = "nobody has reviewed these words"
        note = findings.warn if ground.programme.may_send_unreviewed(language) else findings.refuse
        note(path, 0, what, f"Read them, then: kuffert content accept {path} --by NAME.")
    for text in (*found.help.values(), *found.grief.values()):
        check_invisible(text, path, 0, findings, direction=direction_of(language))


def read_yaml_files(
    folder: Folder, programme: Programme, model: type[Model], findings: Findings
) -> dict[str, Model]:
    """Read a folder that holds one YAML file a language."""
    found: dict[str, Model] = {}
    names = ", ".join(f"{each}{YAML}" for each in programme.languages)
    for name, content in sorted(folder.files.items()):
        path, language = folder.place(name), name.removesuffix(YAML)
        if not name.endswith(YAML) or language not in programme.languages:
            findings.refuse(path, 0, "this is no language's list", f"Name lists: {names}.")
            continue
        text = parse_text(content, path, findings)
        record = parse_record(model, text, path, findings) if text is not None else None
        if record:
            found[language] = record
    return found
