"""Queue what staff answer: it comes back in the chat, ahead of the schedule, outside the cap."""

from datetime import datetime

from bot.catalogue.shown.asking import STAFF_ANSWER
from bot.core.asked import ANSWER, Answered, format_answers, parse_answers
from bot.core.sealing import Sealer
from bot.errors import BotError
from bot.store import Session, centres, deliveries, guardians, questions
from bot.store.columns import id_of
from bot.store.states import DeliveryKind, GuardianState, LeftReason
from bot.store.tables import Delivery, Question


async def plan_answer(
    session: Session, question: Question, text: str, *, sealer: Sealer, now: datetime
) -> Delivery:
    """Queue one answer to a question, sealed; a second one is another delivery."""
    delivery = await deliveries.plan(
        session,
        Delivery(
            guardian_id=question.guardian_id,
            kind=DeliveryKind.NOTICE,
            planned_at=now,
            due_at=now,
            slot_at=now,
            notice=STAFF_ANSWER,
            question_id=id_of(question),
            asked=True,
        ),
    )
    before = list_answers(sealer, question.answer_sealed)
    answers = [*before, Answered(id_of(delivery), text)]
    sealed = sealer.seal(format_answers(answers), bound_to=ANSWER)
    await questions.record_answer(session, question, sealed, now=now)
    return delivery


def list_answers(sealer: Sealer, sealed: bytes | None) -> list[Answered]:
    """Open the answers to a question, the first one first."""
    return parse_answers(sealer.unseal(sealed, bound_to=ANSWER)) if sealed else []


def open_answer(sealer: Sealer, sealed: bytes | None, *, delivery_id: int) -> str:
    """Open the answer that a delivery brings; raise BotError when there is none."""
    for each in list_answers(sealer, sealed):
        if each.delivery_id == delivery_id:
            return each.text
    raise BotError(f"Delivery {delivery_id} brings an answer that is not there.")


async def check_reach(session: Session, question: Question) -> None:
    """Raise BotError where an answer would not be wanted, or could not arrive."""
    number, guardian_id = id_of(question), question.guardian_id
    guardian = await guardians.get_guardian(session, guardian_id)
    if guardian.state is GuardianState.STOPPED:
        raise BotError(f"Question {number}: this parent has stopped all messages.")
    if guardian.state is GuardianState.UNREACHABLE:
        raise BotError(f"Question {number}: this parent has blocked the bot, or is gone.")
    if await has_moved(session, guardian_id, since=question.asked_at):
        raise BotError(f"Question {number}: this family has moved away since.")


async def has_moved(session: Session, guardian_id: int, *, since: datetime) -> bool:
    """Say whether a family has said, after a moment, that its last child here is gone, by moving.

    The bereaved are still answered, and so is whoever asks again after moving.
    """
    children = await centres.list_all_children(session, guardian_id)
    left = [each for each in children if each.left_at is not None]
    if not children or len(left) < len(children):
        return False
    if any(each.left_reason is not LeftReason.MOVED for each in left):
        return False
    return any(each.left_at and each.left_at >= since for each in left)
