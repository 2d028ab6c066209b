"""What guardians asked: sealed, in the order in which staff answer, with the answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case
from sqlmodel import col, func, select, update

from bot.errors import BotError
from bot.store.columns import id_of
from bot.store.database import Session
from bot.store.reading import among_numbers
from bot.store.states import QuestionKind
from bot.store.tables import Centre, Child, Guardian, Pair, Question

AFTER_URGENT = case((col(Question.kind) == QuestionKind.VOICE, 0), else_=1)  # it may hold anything


class OpenQuestion(NamedTuple):
    """What may be shown of a question without opening it."""

    id: int
    asked_at: datetime
    language: str
    centres: str
    kind: QuestionKind
    is_urgent: bool
    handed_to: int | None = None


class Sealed(NamedTuple):
    """The sealed answers to a question, and when it was asked."""

    asked_at: datetime
    answer_sealed: bytes | None


async def record_question(
    session: Session,
    guardian: Guardian,
    kind: QuestionKind,
    *,
    body_sealed: bytes,
    is_urgent: bool,
    now: datetime,
) -> Question:
    """Write down what a guardian asked, in the language that it is answered in."""
    question = Question(
        guardian_id=id_of(guardian),
        kind=kind,
        body_sealed=body_sealed,
        language=guardian.language,
        is_urgent=is_urgent,
        asked_at=now,
    )
    session.add(question)
    await session.flush()
    return question


async def record_body(
    session: Session, question: Question, body_sealed: bytes, *, is_urgent: bool
) -> None:
    """Put what a guardian changed in the place of what was asked."""
    question.body_sealed, question.is_urgent = body_sealed, is_urgent
    session.add(question)
    await session.flush()


async def record_answer(
    session: Session, question: Question, answer_sealed: bytes, *, now: datetime
) -> None:
    """Write down staff's answers to a question, which closes it."""
    question.answer_sealed, question.answered_at = answer_sealed, now
    question.closed_at = question.closed_at or now
    session.add(question)
    await session.flush()


async def close_question(session: Session, question_id: int, *, now: datetime) -> bool:
    """Close a question without an answer; say whether it was open."""
    statement = (
        update(Question)
        .where(col(Question.id) == question_id, col(Question.closed_at).is_(None))
        .values(closed_at=now)
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(statement)).rowcount == 1


async def hand_over(session: Session, question: Question, account_id: int | None) -> None:
    """Settle who is to answer a question, or that nobody in particular is."""
    question.handed_to = account_id
    session.add(question)
    await session.flush()


async def get_question(
    session: Session, question_id: int, *, is_to_change: bool = False
) -> Question:
    """Get a question by number; raise BotError when there is none.

    Others wait who are about to change it too, where it is to be changed.
    """
    statement = select(Question).where(col(Question.id) == question_id)
    if is_to_change:
        statement = statement.with_for_update()
    found = (await session.exec(statement)).first()
    if found is None:
        raise BotError(f"There is no question {question_id}. To see those there are: inbox list.")
    return found


async def count_since(session: Session, guardian_id: int, moment: datetime) -> int:
    """Count what a guardian asked after a moment."""
    statement = select(func.count()).where(
        col(Question.guardian_id) == guardian_id, col(Question.asked_at) > moment
    )
    return (await session.exec(statement)).one()


async def list_since(session: Session, guardian_id: int, moment: datetime) -> Sequence[Question]:
    """List what a guardian asked after a moment, the latest first."""
    statement = (
        select(Question)
        .where(col(Question.guardian_id) == guardian_id, col(Question.asked_at) > moment)
        .order_by(col(Question.id).desc())
    )
    return (await session.exec(statement)).all()


async def list_answered_after(session: Session, number: int) -> Sequence[Question]:
    """List the questions above a number that were answered."""
    statement = select(Question).where(
        col(Question.id) > number, col(Question.answer_sealed).is_not(None)
    )
    return (await session.exec(statement)).all()


async def list_open(session: Session) -> list[OpenQuestion]:
    """List open questions: urgent first, then voices, which may hold anything; the oldest first."""
    statement = (
        select(Question)
        .where(col(Question.closed_at).is_(None))
        .order_by(
            col(Question.is_urgent).desc(),
            AFTER_URGENT,
            col(Question.asked_at),
            col(Question.id),
        )
    )
    found = (await session.exec(statement)).all()
    places = await list_places(session, sorted({each.guardian_id for each in found}))
    return [
        OpenQuestion(
            id_of(each),
            each.asked_at,
            each.language,
            ", ".join(places.get(each.guardian_id, [])),
            each.kind,
            each.is_urgent,
            each.handed_to,
        )
        for each in found
    ]


async def list_places(session: Session, guardian_numbers: Sequence[int]) -> dict[int, list[str]]:
    """Give the codes of the centres of guardians' children, by guardian."""
    statement = (
        select(Pair.guardian_id, Centre.code)
        .join(Child, col(Child.id) == col(Pair.child_id))
        .join(Centre, col(Centre.id) == col(Child.centre_id))
        .where(among_numbers(col(Pair.guardian_id)))
        .distinct()
        .order_by(col(Pair.guardian_id), col(Centre.code))
    )
    found: dict[int, list[str]] = {}
    for number, code in (await session.exec(statement, params={"numbers": guardian_numbers})).all():
        found.setdefault(number, []).append(code)
    return found


async def list_answers(session: Session, numbers: Sequence[int]) -> dict[int, Sealed]:
    """Give the sealed answers to some questions, by question."""
    if not numbers:
        return {}
    statement = select(Question.id, Question.asked_at, Question.answer_sealed).where(
        among_numbers(col(Question.id))
    )
    found = (await session.exec(statement, params={"numbers": numbers})).all()
    return {number or 0: Sealed(asked_at, sealed) for number, asked_at, sealed in found}
