"""Queue what staff answer: it comes back in the chat, ahead of the schedule, outside the cap."""

from datetime import datetime

from bot.catalogue.shown.asking import STAFF_ANSWER
from bot.core.asked import ANSWER, Answered, format_answers, parse_answers
from bot.core.sealing import Sealer
from bot.errors import BotError
from bot.store import Session, deliveries, questions
from bot.store.columns import id_of
from bot.store.states import DeliveryKind
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
