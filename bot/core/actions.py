"""What a button carries: an action and what it is about, in at most 64 bytes."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """What a guardian says about a touch; the last one counts."""

    DID_IT = "did-it"
    NOT_YET = "not-yet"
    TOO_HARD = "too-hard"
    NOT_FOR_US = "not-for-us"
    SEEN = "seen"


class Wish(StrEnum):
    """How the next activities should be, compared with this one."""

    EASIER = "easier"
    HARDER = "harder"


class When(StrEnum):
    """When a guardian means to try an activity."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"


class Able(StrEnum):
    """What a guardian says about a child when asked what it can do already."""

    NOT_YET = "can-not-yet"
    A_LITTLE = "can-a-little"
    YES = "can"


class Leaving(StrEnum):
    """Why a family says that a child is not with us any more."""

    MOVED = "moved"
    DIED = "died"


class StopReason(StrEnum):
    """Why a guardian stops, where that is told."""

    TOO_MANY = "too-many"
    NOT_FOR_US = "not-for-us"
    NO_TIME = "no-time"
    AGE = "age"
    OTHER = "other"


class Purpose(StrEnum):
    """What a guardian consents to, each on its own."""

    MESSAGES = "messages"
    LINKING = "linking"
    RESEARCH = "research"


class Screen(StrEnum):
    """A screen of the menu; the first is where every “Back” ends."""

    HOME = "home"
    WEEK = "week"
    WEEKS = "weeks"
    STORIES = "stories"
    PRINT = "print"
    TWO_LANGUAGES = "two-languages"
    SETTINGS = "settings"
    PRIVACY = "privacy"
    DAYS = "days"
    OFTEN = "often"
    HOUR = "hour"
    QUIET = "quiet"
    ZONE = "zone"
    LANGUAGE = "language"
    BREAK = "break"
    ROLE = "role"
    INVITE = "invite"
    NOBODY = "nobody"


class Tongues(StrEnum):
    """In which languages a story is read: the family's, the school's, or both on one page."""

    HOME = "home"
    SCHOOL = "school"
    BOTH = "both"


class BookForm(StrEnum):
    """How a story is printed: as a little book to fold, or page by page."""

    FOLD = "fold"
    PAGES = "pages"


class Relative(StrEnum):
    """Whom a guardian invites, by what the child calls them."""

    MOTHER = "mother"
    FATHER = "father"
    GRANDMOTHER = "grandmother"
    GRANDFATHER = "grandfather"
    OTHER = "other"


class Step(StrEnum):
    """What a colleague who reads texts aloud does next."""

    AGAIN = "again"
    NEXT = "next"
    SKIP = "skip"
    STOP = "stop"


@dataclass(frozen=True)
class AnswerTapped:
    """A button under a touch: how it went."""

    delivery_id: int
    answer: Answer


@dataclass(frozen=True)
class WishTapped:
    """A button under a touch: easier or harder."""

    delivery_id: int
    wish: Wish


@dataclass(frozen=True)
class TryTapped:
    """A button under a touch that was not done yet: when it will be tried."""

    delivery_id: int
    when: When


@dataclass(frozen=True)
class SnoozeTapped:
    """A break of some weeks."""

    weeks: int


@dataclass(frozen=True)
class StopTapped:
    """No more messages."""


@dataclass(frozen=True)
class StopReasonTapped:
    """Why a guardian has stopped."""

    reason: StopReason


@dataclass(frozen=True)
class JoinTapped:
    """Consent to messages, to the words of this version in this language."""

    version: str = ""
    language: str = ""


@dataclass(frozen=True)
class RenewTapped:
    """Consent to messages once more, since the words have changed."""

    version: str
    language: str


@dataclass(frozen=True)
class NewcomerLanguageTapped:
    """Another language, before consent."""

    language: str


@dataclass(frozen=True)
class LanguageTapped:
    """Another language, as a guardian."""

    language: str


@dataclass(frozen=True)
class ConsentTapped:
    """Yes or no to linking or to research, in answer to these words."""

    version: str
    language: str
    purpose: Purpose
    is_given: bool


@dataclass(frozen=True)
class ConsentChangeTapped:
    """Ask again about linking and research."""


@dataclass(frozen=True)
class ResumeTapped:
    """Go on after a break or a stop."""


@dataclass(frozen=True)
class AbleTapped:
    """A button under one of the first touches: what the child can do already."""

    delivery_id: int
    able: Able


@dataclass(frozen=True)
class AgeTapped:
    """How old a child is, by the programme's age bands."""

    child_id: int
    band: str


@dataclass(frozen=True)
class AnotherPersonTapped:
    """Who joined is another person of the family."""


@dataclass(frozen=True)
class NewPhoneTapped:
    """Who joined was with us before, on another phone."""


@dataclass(frozen=True)
class OldPhoneTapped:
    """Which of several earlier phones it was."""

    guardian_id: int


@dataclass(frozen=True)
class AskTapped:
    """Something to ask staff."""


@dataclass(frozen=True)
class GoneTapped:
    """My child is no longer here; why is asked next."""


@dataclass(frozen=True)
class LeavingTapped:
    """Why the child is no longer here; which child, and whether to stop, is asked next."""

    reason: Leaving


@dataclass(frozen=True)
class ChildGoneTapped:
    """No more messages about this child."""

    child_id: int
    reason: Leaving


@dataclass(frozen=True)
class StayTapped:
    """Nothing is to change."""


@dataclass(frozen=True)
class MenuTapped:
    """A screen of the menu."""

    screen: Screen


@dataclass(frozen=True)
class WeekTapped:
    """One of this week's touches, to be seen again in the menu."""

    delivery_id: int


@dataclass(frozen=True)
class AgainTapped:
    """A button under a touch that is seen again in the menu: an answer, a wish or a time to try."""

    delivery_id: int
    said: str


@dataclass(frozen=True)
class ListenTapped:
    """A button under a touch: hear the activity."""

    delivery_id: int


@dataclass(frozen=True)
class ShelfTapped:
    """A list of materials in the menu, from this place on."""

    screen: Screen
    first: int


@dataclass(frozen=True)
class StoryTapped:
    """A story in the menu: it is opened in a message of its own."""

    story_id: str


@dataclass(frozen=True)
class PageTapped:
    """A page of a story, in the place of the one that lies open; the first is 1."""

    story_id: str
    page: int
    tongues: Tongues


@dataclass(frozen=True)
class HearTapped:
    """The recording of a story's page in a language."""

    story_id: str
    page: int
    language: str


@dataclass(frozen=True)
class OtherStoriesTapped:
    """The list of stories under the picture of one, from this place on."""

    tongues: Tongues
    first: int


@dataclass(frozen=True)
class MenuBelowTapped:
    """The menu as a new message: a picture cannot become text."""


@dataclass(frozen=True)
class PrintTapped:
    """A page to print, in one language or two."""

    printable_id: str
    tongues: Tongues = Tongues.HOME


@dataclass(frozen=True)
class BookTapped:
    """A story to print, in the languages that are read."""

    story_id: str
    form: BookForm
    tongues: Tongues


@dataclass(frozen=True)
class CertificateTapped:
    """The certificate of a child who has come to the last week."""

    child_id: int


@dataclass(frozen=True)
class DayTapped:
    """A day of the week on or off; Monday is 0."""

    day: int


@dataclass(frozen=True)
class OftenTapped:
    """So many messages a week."""

    times: int


@dataclass(frozen=True)
class HourTapped:
    """The hour at which messages come."""

    hour: int


@dataclass(frozen=True)
class QuietTapped:
    """The hours in which nothing comes by itself."""

    from_hour: int
    until_hour: int


@dataclass(frozen=True)
class RegionTapped:
    """A part of the world, to choose a zone from."""

    region: str


@dataclass(frozen=True)
class ZoneTapped:
    """The zone that the family lives in."""

    zone: str


@dataclass(frozen=True)
class RoleTapped:
    """Who the guardian is to the child."""

    role: str


@dataclass(frozen=True)
class InviteTapped:
    """Somebody whom the guardian wants to invite."""

    relative: Relative


@dataclass(frozen=True)
class DossierTapped:
    """Everything that is kept about this chat, as files."""


@dataclass(frozen=True)
class ForgetTapped:
    """Ask to be forgotten; it takes a second tap."""


@dataclass(frozen=True)
class ForgetSurelyTapped:
    """The second tap: forget everything, if it was offered not long ago (seconds since 1970)."""

    offered_at: int


@dataclass(frozen=True)
class KeepTapped:
    """Do not forget."""


@dataclass(frozen=True)
class ReadTapped:
    """A colleague wants to read texts aloud."""


@dataclass(frozen=True)
class ReadInTapped:
    """The language that a colleague reads texts in; those that were skipped come once more."""

    language: str


@dataclass(frozen=True)
class StepTapped:
    """What a colleague does next about a text, which the hash of its words names."""

    step: Step
    text: str


Action = (
    AnswerTapped
    | WishTapped
    | TryTapped
    | SnoozeTapped
    | StopTapped
    | StopReasonTapped
    | JoinTapped
    | RenewTapped
    | NewcomerLanguageTapped
    | LanguageTapped
    | ConsentTapped
    | ConsentChangeTapped
    | ResumeTapped
    | AbleTapped
    | AgeTapped
    | AnotherPersonTapped
    | NewPhoneTapped
    | OldPhoneTapped
    | AskTapped
    | GoneTapped
    | LeavingTapped
    | ChildGoneTapped
    | StayTapped
    | MenuTapped
    | WeekTapped
    | AgainTapped
    | ListenTapped
    | ShelfTapped
    | StoryTapped
    | PageTapped
    | HearTapped
    | OtherStoriesTapped
    | MenuBelowTapped
    | PrintTapped
    | BookTapped
    | CertificateTapped
    | DayTapped
    | OftenTapped
    | HourTapped
    | QuietTapped
    | RegionTapped
    | ZoneTapped
    | RoleTapped
    | InviteTapped
    | DossierTapped
    | ForgetTapped
    | ForgetSurelyTapped
    | KeepTapped
    | ReadTapped
    | ReadInTapped
    | StepTapped
)
NAMES: dict[str, type[Action]] = {  # what a button carries first; the fields follow, in order
    "answer": AnswerTapped,
    "wish": WishTapped,
    "try": TryTapped,
    "snooze": SnoozeTapped,
    "stop": StopTapped,
    "why-stop": StopReasonTapped,
    "join": JoinTapped,
    "renew": RenewTapped,
    "hello": NewcomerLanguageTapped,
    "language": LanguageTapped,
    "consent": ConsentTapped,
    "consents": ConsentChangeTapped,
    "resume": ResumeTapped,
    "able": AbleTapped,
    "age": AgeTapped,
    "another-person": AnotherPersonTapped,
    "new-phone": NewPhoneTapped,
    "old-phone": OldPhoneTapped,
    "ask": AskTapped,
    "gone": GoneTapped,
    "leaving": LeavingTapped,
    "child-gone": ChildGoneTapped,
    "stay": StayTapped,
    "menu": MenuTapped,
    "week": WeekTapped,
    "again": AgainTapped,
    "listen": ListenTapped,
    "shelf": ShelfTapped,
    "story": StoryTapped,
    "page": PageTapped,
    "hear": HearTapped,
    "other-stories": OtherStoriesTapped,
    "menu-below": MenuBelowTapped,
    "print": PrintTapped,
    "book": BookTapped,
    "certificate": CertificateTapped,
    "day": DayTapped,
    "often": OftenTapped,
    "hour": HourTapped,
    "quiet": QuietTapped,
    "region": RegionTapped,
    "zone": ZoneTapped,
    "role": RoleTapped,
    "invite": InviteTapped,
    "my-data": DossierTapped,
    "forget": ForgetTapped,
    "forget-surely": ForgetSurelyTapped,
    "keep": KeepTapped,
    "read": ReadTapped,
    "read-in": ReadInTapped,
    "step": StepTapped,
}
NAME_OF = {kind: name for name, kind in NAMES.items()}
TRUTH = {"yes": True, "no": False}
LARGEST = 2**63 - 1  # what a row's number can be


def format_action(action: Action) -> str:
    """Write an action as a button carries it: `answer:12:did-it`."""
    values = (getattr(action, each.name) for each in fields(action))
    written = (format_value(value) for value in values)
    return ":".join((NAME_OF[type(action)], *written))


def format_value(value: object) -> str:
    """Write one field of an action."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def parse_action(text: str) -> Action | None:
    """Read an action back; None for anything that no button of ours carries."""
    name, *parts = text.split(":")
    kind = NAMES.get(name)
    if kind is None or len(parts) not in (len(fields(kind)), count_needed(kind)):
        return None
    make: Callable[..., Action] = kind
    pairs = zip(fields(kind), parts, strict=False)
    try:
        return make(*(parse_value(part, each.type) for each, part in pairs))
    except (KeyError, ValueError):
        return None


def count_needed(kind: type[Action]) -> int:
    """Count the fields of an action that a button must carry."""
    return sum(each.default is MISSING for each in fields(kind))


def parse_value(part: str, kind: Any) -> object:
    """Read one field; raise KeyError or ValueError where it has no such meaning."""
    if kind is int and not 0 <= int(part) <= LARGEST:
        raise ValueError("no button of ours carries such a number")
    return TRUTH[part] if kind is bool else kind(part)
