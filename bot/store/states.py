"""Where things stand and of what kind they are: the words that columns hold."""

from enum import StrEnum


class GuardianState(StrEnum):
    """Whether a guardian hears from us."""

    ACTIVE = "active"
    SNOOZED = "snoozed"  # until a moment that is known
    PAUSED = "paused"
    QUIET = "quiet"  # asked whether this is still useful, and has not answered
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    MOVED = "moved"  # another phone has taken the place of this chat


class Pace(StrEnum):
    """How many of the chosen days are used: all, or one a week where messages go unanswered."""

    FULL = "full"
    WEEKLY = "weekly"


class DeliveryKind(StrEnum):
    """What a message is for."""

    PROGRAMME = "programme"
    CHECK = "check"
    ANSWER = "answer"
    NOTICE = "notice"


class DeliveryStatus(StrEnum):
    """Where a delivery stands; the last three are ends."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class UpdateStatus(StrEnum):
    """Where a stored update stands: its effect is written before its replies are sent."""

    STORED = "stored"
    APPLIED = "applied"
    DONE = "done"
    FAILED = "failed"


class EventKind(StrEnum):
    """What a guardian did."""

    OPENED = "opened"
    JOINED = "joined"
    DID_IT = "did-it"
    NOT_YET = "not-yet"
    TOO_HARD = "too-hard"
    NOT_FOR_US = "not-for-us"
    SEEN = "seen"
    EASIER = "easier"
    HARDER = "harder"
    WILL_TRY = "will-try"
    LANGUAGE = "language"
    RHYTHM = "rhythm"
    SNOOZED = "snoozed"
    PAUSED = "paused"
    RESUMED = "resumed"
    TAPERED = "tapered"
    FELL_QUIET = "fell-quiet"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    MOVED = "moved"  # to another phone
    TOOK_OVER = "took-over"  # from an earlier phone
    ANOTHER_PERSON = "another-person"
    AGE = "age"
    CAN_NOT_YET = "can-not-yet"
    CAN_A_LITTLE = "can-a-little"
    CAN = "can"
    INVITE_ASKED = "invite-asked"  # whether somebody else should join: once is enough
    INVITED = "invited"
    LISTENED = "listened"
    STORY_OPENED = "story-opened"
    STORY_READ = "story-read"  # to its last page
    STORY_HEARD = "story-heard"
    PRINTED = "printed"  # a page to print was sent
    CERTIFICATE = "certificate"
    ASKED_WHY = "asked-why"  # one who stopped was asked for a reason, and gave one of those below
    STOP_TOO_MANY = "stop-too-many"
    STOP_NOT_FOR_US = "stop-not-for-us"
    STOP_NO_TIME = "stop-no-time"
    STOP_AGE = "stop-age"
    STOP_OTHER = "stop-other"


class ConsentAnswer(StrEnum):
    """What a guardian said to one purpose."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class FamilyRole(StrEnum):
    """Who a guardian is to the child, where that was told."""

    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    OTHER = "other"


class LevelSource(StrEnum):
    """Where a child's level comes from."""

    ROSTER = "roster"
    CHECK = "check"  # three taps in the first week
    WISH = "wish"  # easier or harder, tapped under an activity


class LeftReason(StrEnum):
    """Why a child is not in the programme any more."""

    MOVED = "moved"
    DIED = "died"


class QuestionKind(StrEnum):
    """How a guardian asked."""

    TEXT = "text"
    VOICE = "voice"
    PHOTO = "photo"


class Disadvantage(StrEnum):
    """How a school's list marks a child's chances, as coarsely as it can."""

    LOW = "low"  # the family's schooling or means are low
    OTHER = "other"


class AllocationUnit(StrEnum):
    """What is drawn into arms."""

    CENTRE = "centre"
    CHILD = "child"


class OutcomeEnd(StrEnum):
    """How a row of a school's file ended; what is withheld follows from consent, see `Outcome`."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"  # its study code was mistyped, and somebody confirmed which one it is
    QUARANTINED = "quarantined"


class StaffRole(StrEnum):
    """What a member of staff may see and do in the console."""

    EDUCATOR = "educator"  # counts of their own centre
    STAFF = "staff"  # content, cards, inbox, deliveries
    EVALUATOR = "evaluator"  # rosters, outcomes, exports, report; never a parent's words
    ADMIN = "admin"


class WorkStatus(StrEnum):
    """Where work stands that goes on behind the pages; the last three are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
