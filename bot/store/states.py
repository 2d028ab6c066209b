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


class ConsentAnswer(StrEnum):
    """What a guardian said to one purpose."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
