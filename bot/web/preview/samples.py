"""Stand-ins for what the preview does not know: a family, its children, a moment, a card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.catalogue.materials import Story
from bot.catalogue.records import Activity, Catalogue
from bot.catalogue.shown.asking import Family
from bot.catalogue.shown.choices import Held
from bot.catalogue.shown.menus import Outlook, Seen, Weeks
from bot.catalogue.shown.notices import EarlierPhone
from bot.catalogue.shown.storybook import Reader
from bot.catalogue.shown.touches import Telling
from bot.catalogue.words import Words
from bot.core.cadence import Rhythm, Touch
from bot.core.choosing import Variant
from bot.core.siblings import Label, Naming, Sibling
from bot.printing.invitations import Invitation
from bot.printing.packs import foresee_weeks

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
NEXT = datetime(2026, 9, 9, 15, 0, tzinfo=UTC)
ZONE = "Europe/Copenhagen"
CENTRE = "Solsikken"
CODE, STUDY_CODE = "7K3M9QXA2TB", "4F7Q2K9M"
LINK = f"https://t.me/kuffert_bot?start={CODE}"
QUESTION = "My child puts everything in one pile. Are we doing it right?"
ANSWER = "Yes: a pile is a fine beginning. Ask what belongs together, and let your child decide."
BORN = (date(2023, 3, 1), date(2021, 5, 1))
YOUNGER, OLDER = Label(Naming.AGE, 3, 1), Label(Naming.AGE, 5, 2)
PHONES = (
    EarlierPhone(1, "mother", datetime(2026, 8, 3, 9, 0, tzinfo=UTC), ZONE),
    EarlierPhone(2, "father", datetime(2026, 8, 10, 9, 0, tzinfo=UTC), ZONE),
    EarlierPhone(3, "grandparent", datetime(2026, 8, 12, 9, 0, tzinfo=UTC), ZONE),
    EarlierPhone(4, None, datetime(2026, 8, 17, 9, 0, tzinfo=UTC), ZONE),
)


@dataclass(frozen=True)
class Sample:
    """A family that reads in one language, whose school speaks another or the same."""

    catalogue: Catalogue
    language: str
    school: str

    @property
    def words(self) -> Words:
        """The short strings of its language."""
        return self.catalogue.words_in(self.language)

    @property
    def first_weeks(self) -> list[str]:
        """The activities of its first weeks."""
        return foresee_weeks(self.catalogue, self.catalogue.programme.default_band)[:3]

    @property
    def activity(self) -> Activity:
        """The first activity; one that is recorded, where any is."""
        heard = [each for each in self.catalogue.activities.values() if self.language in each.audio]
        return heard[0] if heard else self.catalogue.activities[self.first_weeks[0]]

    @property
    def story(self) -> Story | None:
        """A story; one that is recorded, where any is."""
        stories = list(self.catalogue.stories.values())
        return next((each for each in stories if each.audio), stories[0] if stories else None)

    @property
    def reader(self) -> Reader:
        """The languages that it can read stories in."""
        return Reader(self.language, self.school if self.school != self.language else "")

    @property
    def rhythm(self) -> Rhythm:
        """When messages come, as the programme has it."""
        programme = self.catalogue.programme
        quiet = programme.quiet
        days, hour = programme.days, programme.hour
        return Rhythm(ZONE, days, hour, quiet.from_hour, quiet.until_hour)

    @property
    def held(self) -> Held:
        """What it has chosen: what the programme gives."""
        return Held(self.rhythm, outlook(), "mother", self.language)

    def tell(self, touch: Touch, *, asks_able: bool = False) -> Telling:
        """Say what the first activity tells."""
        number = self.activity.card.id
        return Telling(
            1, touch, number, Variant.PLAIN, self.language, self.school, asks_able=asks_able
        )

    def seen(self) -> tuple[Seen, ...]:
        """List the touches that it has had this week, of two children."""
        mine = tuple(
            Seen(number, 1, touch, self.activity.card.id, True, YOUNGER)
            for number, touch in enumerate(Touch, start=1)
        )
        return (*mine, Seen(4, 2, Touch.DO, self.first_weeks[-1], True, OLDER))

    def weeks(self) -> tuple[Weeks, ...]:
        """Say what two children have had: one a few weeks, one everything."""
        done = self.first_weeks
        total = self.catalogue.programme.weeks
        return (Weeks(1, YOUNGER, 3, False, done), Weeks(2, OLDER, total, True, done))

    def family(self, *born: date | None) -> Family:
        """Give the family with children who were born then; without any, with one."""
        siblings = [Sibling(number, each) for number, each in enumerate(born or BORN[:1], start=1)]
        return Family(self.language, ZONE, siblings, NOW.date())

    def invitations(self, count: int = 1) -> Sequence[Invitation]:
        """Give cards that open nothing."""
        return [Invitation(CODE, LINK, self.language, STUDY_CODE)] * count


def outlook(*, is_away: bool = False, comes: bool = True) -> Outlook:
    """Say what the family can expect."""
    return Outlook(ZONE, is_away, True, NEXT if comes and not is_away else None)
