"""Every table: what is kept, for whom, and why nothing more."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary, false
from sqlmodel import Field

from bot.core.actions import Purpose
from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.store.columns import Days, Moment, Row, number, owned, partial_index, word
from bot.store.states import (
    ConsentAnswer,
    DeliveryKind,
    DeliveryStatus,
    EventKind,
    FamilyRole,
    GuardianState,
    LeftReason,
    LevelSource,
    Pace,
    QuestionKind,
    UpdateStatus,
)


class Deployment(Row, table=True):
    """What this installation knows of itself: the key's fingerprint, the bot's name."""

    key: str = Field(primary_key=True, max_length=40)
    value: str


class Centre(Row, table=True):
    """The kindergarten that hands out cards; the unit of randomisation.

    `is_test` marks one where staff try things out: nothing of it is counted, drawn or exported.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    name: str
    zone: str
    language: str
    created_at: datetime = Field(sa_type=Moment)
    is_test: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class CentreTheme(Row, table=True):
    """What a centre is working on in one calendar week, in the centre's own words."""

    centre_id: int = Field(foreign_key="centre.id", primary_key=True)
    monday: date = Field(primary_key=True)
    words: str = Field(max_length=80)


class Child(Row, table=True):
    """A child on a centre's roster, by study code; no name is ever stored.

    `is_open` marks one that came by a poster and not from the school's list. `withdrawn_at` is when
    the last guardian was forgotten, `left_at` when the family said that the child is gone.
    """

    id: int | None = Field(default=None, primary_key=True)
    centre_id: int = owned("centre")
    study_code: str = Field(unique=True, max_length=40)
    birth_month: date | None = None
    level: Variant = word(Variant, default=Variant.PLAIN)
    level_source: LevelSource | None = word(LevelSource, default=None)
    is_open: bool = False
    enrolled_at: datetime = Field(sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    left_at: datetime | None = Field(default=None, sa_type=Moment)
    left_reason: LeftReason | None = word(LeftReason, default=None)


class ChildWeek(Row, table=True):
    """What a child has in one week of its programme, the same for all its guardians.

    The week lasts from `monday` to the next; it counts once something of it was sent, and until
    then the next calendar week takes it up again.
    """

    child_id: int = Field(foreign_key="child.id", primary_key=True)
    week: int = Field(primary_key=True)
    monday: date
    activity_id: str = Field(max_length=40)
    swapped_id: str | None = Field(default=None, max_length=40)
    chosen_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)


class Card(Row, table=True):
    """The printed invitation for one child: its code sealed, found by its keyed hash."""

    id: int | None = Field(default=None, primary_key=True)
    child_id: int = owned("child")
    code_key: str = Field(unique=True, max_length=64)
    code_sealed: bytes = Field(sa_type=LargeBinary)
    language: str
    issued_at: datetime = Field(sa_type=Moment)
    printed_at: datetime | None = Field(default=None, sa_type=Moment)
    opened_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class Poster(Row, table=True):
    """What hangs at a centre where anybody may join: one code for all, sealed like a card's."""

    id: int | None = Field(default=None, primary_key=True)
    centre_id: int = owned("centre")
    code_key: str = Field(unique=True, max_length=64)
    code_sealed: bytes = Field(sa_type=LargeBinary)
    issued_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class Newcomer(Row, table=True):
    """A chat that has not consented yet: it opened a card or a poster, or chose a language only."""

    id: int | None = Field(default=None, primary_key=True)
    chat_key: str = Field(unique=True, max_length=64)
    card_id: int | None = owned("card", nullable=True)
    poster_id: int | None = owned("poster", nullable=True)
    language: str
    opened_at: datetime = Field(sa_type=Moment, index=True)


class CodeAttempt(Row, table=True):
    """A code that opened nothing, so that guessing can be limited; forgotten after a day."""

    id: int | None = number()
    chat_key: str = Field(max_length=64, index=True)
    attempted_at: datetime = Field(sa_type=Moment, index=True)


class StaffInvitation(Row, table=True):
    """A link by which one colleague registers, once; its code is known by its keyed hash alone."""

    id: int | None = Field(default=None, primary_key=True)
    code_key: str = Field(unique=True, max_length=64)
    invited_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class StaffChat(Row, table=True):
    """A colleague's chat, by its keyed hash, and where reading aloud stands in it.

    `reads` is the language while somebody reads; of the text that was asked for last, `asked_hash`
    says which words were shown. `skipped` names, a line each, what comes once more at the end.
    """

    id: int | None = Field(default=None, primary_key=True)
    chat_key: str = Field(unique=True, max_length=64)
    invitation_id: int = owned("staff_invitation")
    registered_at: datetime = Field(sa_type=Moment)
    recorded_at: datetime | None = Field(default=None, sa_type=Moment)
    reads: str | None = None
    texts: int = 0
    skipped: str = ""
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    asked_folder: str | None = None
    asked_page: int | None = None
    asked_hash: str | None = Field(default=None, max_length=16)
    is_recorded: bool = False


class Guardian(Row, table=True):
    """One chat that has consented to messages: its address sealed, found by its keyed hash.

    `replied_at` is when it was last sent a new message in reply, so that a touch keeps away.
    """

    id: int | None = Field(default=None, primary_key=True)
    chat_key: str = Field(unique=True, max_length=64)
    chat_sealed: bytes = Field(sa_type=LargeBinary)
    language: str
    role: FamilyRole | None = word(FamilyRole, default=None)
    zone: str
    days: tuple[int, ...] = Field(sa_type=Days)
    hour: int
    quiet_from: int
    quiet_until: int
    state: GuardianState = word(GuardianState, default=GuardianState.ACTIVE)
    snoozed_until: datetime | None = Field(default=None, sa_type=Moment)
    pace: Pace = word(Pace, default=Pace.FULL)
    joined_at: datetime = Field(sa_type=Moment)
    settled_at: datetime = Field(sa_type=Moment)
    heard_at: datetime = Field(sa_type=Moment)
    replied_at: datetime | None = Field(default=None, sa_type=Moment)
    last_monday: date | None = None
    ignored_weeks: int = 0


class GuardianSetting(Row, table=True):
    """A guardian's rhythm and state from a moment on; kept for good, so that slots can be told.

    The latest moment among a guardian's rows is its `settled_at`: from then on the guardian's own
    row says it all.
    """

    id: int | None = number()
    guardian_id: int = owned("guardian")
    from_at: datetime = Field(sa_type=Moment)
    zone: str
    days: tuple[int, ...] = Field(sa_type=Days)
    hour: int
    quiet_from: int
    quiet_until: int
    state: GuardianState = word(GuardianState)


class Pair(Row, table=True):
    """A guardian and a child: whose programme goes to whom."""

    id: int | None = Field(default=None, primary_key=True)
    guardian_id: int = owned("guardian")
    child_id: int = owned("child")
    joined_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (Index("one_pair", "guardian_id", "child_id", unique=True),)


class Consent(Row, table=True):
    """What a guardian said to one purpose, when, and to which words; the last one counts."""

    id: int | None = Field(default=None, primary_key=True)
    guardian_id: int = owned("guardian")
    purpose: Purpose = word(Purpose)
    answer: ConsentAnswer = word(ConsentAnswer)
    version: str
    language: str
    answered_at: datetime = Field(sa_type=Moment)


class Question(Row, table=True):
    """What a guardian wrote or said to staff, sealed, and the answer.

    `handed_to` is the account of whoever is to answer it, where that was settled.
    """

    id: int | None = number()
    guardian_id: int = owned("guardian")
    kind: QuestionKind = word(QuestionKind)
    body_sealed: bytes = Field(sa_type=LargeBinary)
    answer_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    language: str
    is_urgent: bool = False
    asked_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    handed_to: int | None = owned("account", nullable=True)

    __table_args__ = (
        partial_index("open_questions", "is_urgent", "asked_at", where="closed_at IS NULL"),
    )


class Delivery(Row, table=True):
    """One message to one guardian at one time, about one child where it is of the programme.

    `asked` marks what a tap called for: it goes ahead of the schedule and outside the weekly cap.
    `about_id` is the delivery that a check or an answer comes back to. `slot_at` is when it was
    first due, `due_at` when it is to be looked at next.
    """

    id: int | None = number()
    guardian_id: int = owned("guardian", index=False)
    child_id: int | None = owned("child", nullable=True, index=False)
    kind: DeliveryKind = word(DeliveryKind)
    status: DeliveryStatus = word(DeliveryStatus, default=DeliveryStatus.PLANNED)
    planned_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    slot_at: datetime | None = Field(default=None, sa_type=Moment)
    slot_on: date | None = None
    week: int | None = None
    touch: Touch | None = word(Touch, default=None)
    notice: str | None = Field(default=None, max_length=40)
    about_id: int | None = owned("delivery", nullable=True, index=False)
    question_id: int | None = owned("question", nullable=True, index=False)
    asked: bool = False
    attempts: int = 0
    lost_answers: int = 0
    claimed_by: str | None = Field(default=None, max_length=40)
    claimed_until: datetime | None = Field(default=None, sa_type=Moment)
    handed_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str | None = None
    message_id: int | None = None
    activity_id: str | None = Field(default=None, max_length=40)
    variant: Variant | None = word(Variant, default=None)
    language: str | None = None
    content_version: str | None = Field(default=None, max_length=64)

    __table_args__ = (
        partial_index(
            "due_asked",
            "due_at",
            where="status = 'planned' AND asked",
            on_sqlite="status = 'planned' AND asked = 1",
        ),
        partial_index(
            "due_planned",
            "due_at",
            where="status = 'planned' AND NOT asked",
            on_sqlite="status = 'planned' AND asked = 0",
        ),
        partial_index("deliveries_about", "about_id", where="about_id IS NOT NULL"),
        partial_index("deliveries_of_question", "question_id", where="question_id IS NOT NULL"),
        partial_index("claims", "guardian_id", where="status = 'claimed'"),
        Index("deliveries_of_guardian", "guardian_id", "ended_at"),
        partial_index(
            "deliveries_ended",
            "ended_at",
            "status",
            "kind",
            "reason",
            where="ended_at IS NOT NULL",
        ),
        partial_index(
            "one_planned_for_each_pair",
            "guardian_id",
            "child_id",
            unique=True,
            where="kind = 'programme' AND status IN ('planned', 'claimed')",
        ),
        partial_index(
            "one_delivery_for_each_slot",
            "guardian_id",
            "child_id",
            "slot_on",
            unique=True,
            where="kind = 'programme'",
        ),
    )

    @property
    def in_doubt(self) -> bool:
        """Whether an answer was lost, so that the message may have arrived twice."""
        return self.lost_answers > 0


class EngagementEvent(Row, table=True):
    """Something a guardian did, and when; all are kept, the last answer counts.

    `material` names the story or the page to print that it is about; of what was heard of a story,
    its page and language too: `red-suitcase`, `red-suitcase/3/ar`.
    """

    id: int | None = number()
    guardian_id: int | None = owned("guardian", nullable=True)
    child_id: int | None = owned("child", nullable=True)
    delivery_id: int | None = owned("delivery", nullable=True)
    material: str | None = Field(default=None, max_length=40)
    kind: EventKind = word(EventKind)
    happened_at: datetime = Field(sa_type=Moment)


class Tombstone(Row, table=True):
    """A chat that asked to be forgotten, by its keyed hash alone, so nothing brings it back."""

    chat_key: str = Field(primary_key=True, max_length=64)
    forgotten_at: datetime = Field(sa_type=Moment)


class ForgottenCount(Row, table=True):
    """What forgotten families of a centre received and did, by month: counts, tied to nobody."""

    centre_id: int = Field(foreign_key="centre.id", primary_key=True)
    month: date = Field(primary_key=True)
    guardians: int = 0
    sent: int = 0
    answered: int = 0


class StoredUpdate(Row, table=True):
    """An update from the network, sealed, until its effect is written and its replies are sent."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    chat_key: str | None = Field(default=None, max_length=64)
    body_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    replies_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    replies_sent: int = 0
    status: UpdateStatus = word(UpdateStatus, default=UpdateStatus.STORED, index=True)
    attempts: int = 0
    received_at: datetime = Field(sa_type=Moment)
    claimed_by: str | None = Field(default=None, max_length=40)
    claimed_until: datetime | None = Field(default=None, sa_type=Moment)

    __table_args__ = (Index("updates_of_chat", "chat_key", "status"),)


class UploadedMedia(Row, table=True):
    """A media file that the network has already, and by which name it goes there."""

    digest: str = Field(primary_key=True, max_length=64)
    bot_name: str = Field(primary_key=True, max_length=64)
    file_id: str


class SendBudget(Row, table=True):
    """The one row that every sender draws on: how fast, held by the network, stopped by staff."""

    id: int = Field(default=1, primary_key=True)
    next_at: datetime = Field(sa_type=Moment)
    held_until: datetime | None = Field(default=None, sa_type=Moment)
    held_seconds: float = 0.0
    stopped_at: datetime | None = Field(default=None, sa_type=Moment)


class CatalogueSnapshot(Row, table=True):
    """A catalogue as it was accepted, whole, under the hash of its content."""

    version: str = Field(primary_key=True, max_length=64)
    body: bytes = Field(sa_type=LargeBinary)
    first_accepted_at: datetime = Field(sa_type=Moment)
    accepted_at: datetime = Field(sa_type=Moment, index=True)


class ContentFolder(Row, table=True):
    """One machine's content: what was seen there last, and why it is refused where it is.

    `version` was sound when it was seen. `problems` holds the first of `problem_count` as JSON.
    """

    host: str = Field(primary_key=True, max_length=255)
    folder: str = Field(primary_key=True)
    version: str | None = Field(default=None, max_length=64)
    seen_at: datetime = Field(sa_type=Moment)
    refused_version: str | None = Field(default=None, max_length=64)
    refused_at: datetime | None = Field(default=None, sa_type=Moment)
    problem_count: int = 0
    problems: str | None = None
