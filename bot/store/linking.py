"""Whether a child's engagement and results may be told together: what its guardians say of it."""

from collections import defaultdict
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


async def map_linking(session: Session) -> dict[int, Linking]:
    """Say of each child whether its engagement may stand beside its results."""
    consents = await list_last_consents(session, Purpose.LINKING)
    answers: defaultdict[int, list[ConsentAnswer | None]] = defaultdict(list)
    for child_id, guardian_id in await read(
        session, select(col(Pair.child_id), col(Pair.guardian_id))
    ):
        answers[child_id].append(consents.get(guardian_id))
    return {
        child_id: decide_linking(answers[child_id], is_withdrawn=withdrawn_at is not None)
        for child_id, withdrawn_at in await read(
            session, select(col(Child.id), col(Child.withdrawn_at))
        )
    }


async def list_withheld(session: Session) -> frozenset[int]:
    """List the children whose results are withheld."""
    linking = await map_linking(session)
    return frozenset(child for child, told in linking.items() if told is Linking.WITHHELD)
