"""What there is to read aloud in a language, and which of it has no recording of today's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.catalogue.materials import Story
from bot.catalogue.reading.recordings import SPOKEN, spoken_hash
from bot.catalogue.records import Activity, Catalogue, Section

Hashes = Mapping[str, Mapping[str, str | None]]  # by folder and recording; None: nobody noted it


@dataclass(frozen=True)
class Passage:
    """One text to be read aloud: an activity's, or a page of a story; `parts` are Markdown."""

    folder: str
    language: str
    title: str
    parts: tuple[str, ...]
    page: int | None = None
    minutes: int = 0  # that an activity takes

    @property
    def key(self) -> str:
        """How its recording is named within the folder: `da`, or `da/3`."""
        return self.language if self.page is None else f"{self.language}/{self.page}"

    @property
    def name(self) -> str:
        """How it is told from every other one."""
        return f"{self.folder}/{self.key}"

    @property
    def hash(self) -> str:
        """Which words it has today."""
        return spoken_hash(self.parts)


def list_passages(catalogue: Catalogue, language: str) -> list[Passage]:
    """List what is read aloud in a language: activities as they are used, then the stories."""
    activities = (read_activity(each, language) for each in list_in_order_of_use(catalogue))
    stories = (read_story(each, language) for each in catalogue.stories.values())
    return [passage for each in (*activities, *stories) for passage in each]


def read_activity(activity: Activity, language: str) -> list[Passage]:
    """Give what is read aloud of an activity: none where it has no text in a language."""
    text = activity.texts.get(language)
    if text is None:
        return []
    spoken = (text.sections[Section(name)] for name in SPOKEN)
    return [
        Passage(
            activity.folder,
            language,
            text.title,
            (text.title, *spoken),
            minutes=activity.minutes,
        )
    ]


def read_story(story: Story, language: str) -> list[Passage]:
    """Give what is read aloud of a story, page by page."""
    text = story.texts.get(language)
    return [
        Passage(story.folder, language, text.title, (words,), page)
        for page, words in enumerate(text.pages if text else (), start=1)
        if text
    ]


def list_in_order_of_use(catalogue: Catalogue) -> list[Activity]:
    """List the activities as the weeks call for them, of each week the youngest children's first.

    Those that no week calls for come last.
    """
    called = dict.fromkeys(find_called(catalogue))
    return [catalogue.activities[each] for each in dict.fromkeys([*called, *catalogue.activities])]


def find_called(catalogue: Catalogue) -> Iterator[str]:
    """Go through the weeks: of each skill in each age band, the next activity not had yet."""
    programme = catalogue.programme
    bands = sorted(programme.bands, key=lambda each: programme.bands[each].from_months)
    waiting: dict[tuple[str, str], list[str]] = {}
    for number, activity in sorted(catalogue.activities.items()):
        waiting.setdefault((activity.card.skill, activity.card.band), []).append(number)
    for week in range(1, programme.weeks + 1):
        for band in bands:
            fitting = waiting.get((programme.skill_for(week, band), band))
            if fitting:
                yield fitting.pop(0)


def list_lacking(passages: Sequence[Passage], recorded: Hashes) -> list[Passage]:
    """List the texts without a recording, and those whose recording reads an earlier text.

    Where it was never noted which text a recording reads, it is left to whoever listens to it.
    """
    return [each for each in passages if is_lacking(each, recorded.get(each.folder, {}))]


def is_lacking(passage: Passage, recorded: Mapping[str, str | None]) -> bool:
    """Say whether a text has no recording, or one of other words."""
    if passage.key not in recorded:
        return True
    return recorded[passage.key] not in (None, passage.hash)
