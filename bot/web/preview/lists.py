"""The pages that list: everything there is, the weeks, a whole week, the strings, the problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.catalogue.materials import Printable, Story
from bot.catalogue.records import Activity
from bot.core.cadence import Touch
from bot.core.choosing import Pass
from bot.core.levels import find_check
from bot.core.skills import REPEAT
from bot.printing.packs import foresee_weeks
from bot.web.preview.bubbles import Bubble
from bot.web.preview.columns import Visit
from bot.web.preview.groups import Group
from bot.web.preview.items import TITLES, Query, show_touch
from bot.web.preview.ledger import Marks, Noted, Text, words_of
from bot.web.preview.papers import PRINT_FOLDER
from bot.web.preview.prints import PRINTS
from bot.web.preview.screens import CONSENT, GROUPS
from bot.web.preview.taps import Place
from bot.web.preview.tellings import ASKED, View, note_of, read_language


@dataclass(frozen=True)
class Chip:
    """A thing in one language, on the list: where it is shown, and how it stands."""

    language: str
    name: str
    href: str
    marks: Marks


@dataclass(frozen=True)
class Thing:
    """A thing that is listed: where it is shown and where it lies; `titles` are what finds it.

    Its title `is_own` where the preview gives it, not the content.
    """

    title: str
    href: str
    folders: Sequence[str]
    note: str = ""
    titles: Sequence[str] = ()
    is_own: bool = False

    @property
    def found_by(self) -> str:
        """What the search looks in."""
        return " ".join([self.title, self.note, *self.titles, *self.folders]).casefold()


@dataclass(frozen=True)
class Entry:
    """A thing on the list, in every language; `noted` is said of no one language."""

    thing: Thing
    chips: Sequence[Chip]
    noted: Sequence[Noted]


@dataclass(frozen=True)
class Section:
    """Things of one kind."""

    title: str
    entries: Sequence[Entry]


def list_everything(visit: Visit) -> list[Section]:
    """List all that can be shown."""
    stories = [list_story(visit, name) for name in visit.catalogue.stories]
    printables = [list_printable(visit, name) for name in visit.catalogue.printables]
    sections = [
        *list_activities(visit),
        Section("Stories", stories),
        Section("Pages to print", printables),
        Section("Messages around the activities", list_groups(visit)),
        Section("Printed for families", list_prints(visit)),
    ]
    return [each for each in sections if each.entries]


def list_activities(visit: Visit) -> list[Section]:
    """List the activities, by age band."""
    return [
        Section(
            f"Activities for ages {band}",
            [
                list_activity(visit, each)
                for each in visit.catalogue.activities.values()
                if each.card.band == band
            ],
        )
        for band in visit.catalogue.programme.bands
    ]


def list_activity(visit: Visit, activity: Activity) -> Entry:
    """List an activity."""
    card = activity.card
    about = f"{card.id} · {card.skill} · {card.minutes} min"
    return list_told(visit, activity, f"/activity/{card.id}", about)


def list_story(visit: Visit, name: str) -> Entry:
    """List a story."""
    story = visit.catalogue.stories[name]
    about = f"{len(story.pages)} pages · ages {story.card.band}"
    return list_told(visit, story, f"/story/{name}", about)


def list_printable(visit: Visit, name: str) -> Entry:
    """List a page to print."""
    printable = visit.catalogue.printables[name]
    return list_told(visit, printable, f"/printable/{name}", printable.card.kind)


def list_told(visit: Visit, told: Activity | Story | Printable, address: str, about: str) -> Entry:
    """List what has a title and a text in each language, and where it is shown."""
    title = told.text_in(visit.catalogue.programme.language, "").title
    titles = [each.title for each in told.texts.values()]
    return enter(visit, Thing(title, address, [told.folder], about, titles), told.texts)


def list_prints(visit: Visit) -> list[Entry]:
    """List what is printed for families."""
    return [
        enter(
            visit,
            Thing(printed.title, f"/print/{name}", [PRINT_FOLDER], is_own=True),
            visit.catalogue.prints,
        )
        for name, printed in PRINTS.items()
    ]


def list_groups(visit: Visit) -> list[Entry]:
    """List the groups of screens."""
    return [list_group(visit, name, group) for name, group in GROUPS.items()]


def list_group(visit: Visit, name: str, group: Group) -> Entry:
    """List a group of screens."""
    catalogue = visit.catalogue
    titles = [each.title for each in group.screens.values()]
    note = f"{len(titles)} messages"
    thing = Thing(group.title, f"/screens/{name}", group.folders, note, titles, is_own=True)
    consent = {each: catalogue.consent_in(each) for each in catalogue.languages}
    texts = consent if CONSENT in group.folders else None
    return enter(visit, thing, texts, has_words=True)


def enter(
    visit: Visit, thing: Thing, texts: Mapping[str, Text] | None, *, has_words: bool = False
) -> Entry:
    """Put a thing on the list, in every language; `has_words` where it is made of short strings."""
    chips = []
    for language in visit.catalogue.languages:
        mine = [*thing.folders, *([words_of(language)] if has_words else [])]
        marks = visit.ledger.mark(mine, language, texts)
        href = f"{thing.href}?language={language}"
        chips.append(Chip(language, visit.name(language), href, marks))
    noted = [each for folder in thing.folders for each in visit.ledger.about_all(folder)]
    return Entry(thing, chips, noted)


# Weeks


@dataclass(frozen=True)
class Week:
    """A week of the programme: what it is about, and the activity that comes in it."""

    number: int
    skill: str
    activity: Activity
    title: str
    time: Pass = Pass.FIRST


@dataclass(frozen=True)
class Row:
    """A week in one language: its touches beside each other."""

    language: str
    name: str
    direction: str
    marks: Marks
    bubbles: Sequence[Bubble]


def read_band(visit: Visit, query: Query) -> str:
    """Read the age band from an address."""
    programme = visit.catalogue.programme
    band = query.get("band", "")
    return band if band in programme.bands else programme.default_band


def list_weeks(visit: Visit, band: str) -> list[Week]:
    """List the weeks of a child who begins now and stays in an age band."""
    catalogue = visit.catalogue
    weeks: list[Week] = []
    had: set[str] = set()
    for number, name in enumerate(foresee_weeks(catalogue, band), start=1):
        activity = catalogue.activities[name]
        skill = catalogue.programme.skill_for(number, band)
        title = activity.text_in(catalogue.programme.language, "").title
        time = Pass.HARDER if name in had else Pass.FIRST
        had.add(name)
        again = "again" if skill == REPEAT else skill
        weeks.append(Week(number, again, activity, title, time))
    return weeks


def show_week(visit: Visit, week: Week, school: str) -> list[Row]:
    """Show a week's touches in every language, as a new family would get them."""
    rows = []
    for language in visit.catalogue.languages:
        view = view_of_week(visit, week, school=school, language=language)
        place = Place(language, school, f"/activity/{week.activity.card.id}", view)
        shown = [
            show_touch(visit, week.activity, place, touch=touch, title=TITLES[touch])
            for touch in Touch
        ]
        rows.append(
            Row(
                language,
                visit.name(language),
                visit.catalogue.words_in(language).direction,
                visit.ledger.mark([week.activity.folder], language, week.activity.texts),
                [each for each in shown if each],
            )
        )
    return rows


def view_of_week(visit: Visit, week: Week, *, school: str, language: str) -> View:
    """Say what stands under the touches of a week beside the activity."""
    programme = visit.catalogue.programme
    return View(
        language,
        school,
        able="" if find_check(week.number, programme.level_checks) is None else ASKED,
        last="yes" if week.number == programme.weeks else "",
        time=week.time,
        note=note_of(programme, week.number) if language != school else "",
    )


def read_school(visit: Visit, query: Query) -> str:
    """Read the school's language from an address."""
    return read_language(visit.catalogue, query.get("school", ""))


# Short strings


@dataclass(frozen=True)
class Phrase:
    """A short string: as the programme's own language has it, and as another has it."""

    key: str
    source: Sequence[str]
    forms: Sequence[str]


def list_phrases(visit: Visit, language: str) -> list[Phrase]:
    """List the short strings in a language."""
    catalogue = visit.catalogue
    source, words = catalogue.words_in(catalogue.programme.language), catalogue.words_in(language)
    return [Phrase(key, source.forms(key), words.forms(key)) for key in sorted(source.keys)]
