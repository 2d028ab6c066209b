"""Whether a child's engagement and results may be told together: what its guardians say of it."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import col

from bot.core.actions import Purpose
from bot.store.database import Session
from bot.store.exports import list_last_consents
from bot.store.reading import read
from bot.store.states import ConsentAnswer
from bot.store.tables import Child, Pair

NO = (ConsentAnswer.REFUSED, ConsentAnswer.WITHDRAWN)


class Linking(StrEnum):
    """Whether a child's engagement may stand beside its results."""

    LINKED = "linked"
    NOT_LINKED = "not linked"
    WITHHELD = "withheld"


def decide_linking(answers: Iterable[ConsentAnswer | None], *, is_withdrawn: bool) -> Linking:
    """Decide by every guardian's last word: one no withholds, one yes and no other no links.

    A child whose last guardian was forgotten, `is_withdrawn`, is withheld as well.
    """
    said = set(answers)
    if is_withdrawn or not said.isdisjoint(NO):
        return Linking.WITHHELD
    return Linking.LINKED if ConsentAnswer.GIVEN in said else Linking.NOT_LINKED


async def list_withheld(session: Session) -> frozenset[int]:
    """List the children whose results are withheld."""
    consents = await list_last_consents(session, Purpose.LINKING)
    withdrawn = await read(
        session, select(col(Child.id)).where(col(Child.withdrawn_at).is_not(None))
    )
    withheld = {int(child_id) for (child_id,) in withdrawn}
    answers: dict[int, set[ConsentAnswer | None]] = {}
    for child_id, guardian_id in await read(
        session, select(col(Pair.child_id), col(Pair.guardian_id))
    ):
        answers.setdefault(child_id, set()).add(consents.get(guardian_id))
    for child_id, said in answers.items():
        if decide_linking(said, is_withdrawn=False) is Linking.WITHHELD:
            withheld.add(child_id)
    return frozenset(withheld)
