"""What a button carries: an action and what it is about, in at most 64 bytes."""

from dataclasses import dataclass
from enum import StrEnum


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


class Purpose(StrEnum):
    """What a guardian consents to, each on its own."""

    MESSAGES = "messages"
    LINKING = "linking"
    RESEARCH = "research"


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
class JoinTapped:
    """Consent to messages."""


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
    """Yes or no to linking or to research."""

    purpose: Purpose
    is_given: bool


@dataclass(frozen=True)
class ConsentChangeTapped:
    """Ask again about linking and research."""


@dataclass(frozen=True)
class ResumeTapped:
    """Go on after a break or a stop."""


Action = (
    AnswerTapped
    | WishTapped
    | TryTapped
    | SnoozeTapped
    | StopTapped
    | JoinTapped
    | NewcomerLanguageTapped
    | LanguageTapped
    | ConsentTapped
    | ConsentChangeTapped
    | ResumeTapped
)


def format_action(action: Action) -> str:
    """Write an action as a button carries it."""
    match action:
        case AnswerTapped(delivery_id, answer):
            return f"answer:{delivery_id}:{answer}"
        case WishTapped(delivery_id, wish):
            return f"wish:{delivery_id}:{wish}"
        case TryTapped(delivery_id, when):
            return f"try:{delivery_id}:{when}"
        case SnoozeTapped(weeks):
            return f"snooze:{weeks}"
        case StopTapped():
            return "stop"
        case JoinTapped():
            return "join"
        case NewcomerLanguageTapped(language):
            return f"hello:{language}"
        case LanguageTapped(language):
            return f"language:{language}"
        case ConsentTapped(purpose, is_given):
            return f"consent:{purpose}:{'yes' if is_given else 'no'}"
        case ConsentChangeTapped():
            return "consent"
        case ResumeTapped():
            return "resume"


def parse_action(text: str) -> Action | None:
    """Read an action back; None for anything that no button of ours carries."""
    try:
        return read_action(text.split(":"))
    except ValueError:
        return None


def read_action(parts: list[str]) -> Action | None:
    """Read an action from its parts; raise ValueError where a part has no meaning."""
    match parts:
        case ["answer", delivery_id, answer]:
            return AnswerTapped(int(delivery_id), Answer(answer))
        case ["wish", delivery_id, wish]:
            return WishTapped(int(delivery_id), Wish(wish))
        case ["try", delivery_id, when]:
            return TryTapped(int(delivery_id), When(when))
        case ["snooze", weeks]:
            return SnoozeTapped(int(weeks))
        case ["stop"]:
            return StopTapped()
        case ["join"]:
            return JoinTapped()
        case ["hello", language]:
            return NewcomerLanguageTapped(language)
        case ["language", language]:
            return LanguageTapped(language)
        case ["consent", purpose, ("yes" | "no") as given]:
            return ConsentTapped(Purpose(purpose), given == "yes")
        case ["consent"]:
            return ConsentChangeTapped()
        case ["resume"]:
            return ResumeTapped()
    return None
