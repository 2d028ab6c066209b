"""Certificates: a family that has come to the last week gets one by a tap, to print."""

from datetime import UTC, datetime, timedelta

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.touches import render_certificate
from bot.chat.replies import Award, Note
from bot.chat.turns import Tapped, Turn
from bot.chat.weeks import is_through, list_present
from bot.core.messages import OutgoingMessage
from bot.core.siblings import label_child
from bot.printing.keepsakes import certify
from bot.store import centres, child_weeks, events
from bot.store.columns import id_of
from bot.store.states import EventKind
from bot.store.tables import Guardian

GIVEN_LATELY = timedelta(minutes=1)
EVER = datetime(2000, 1, 1, tzinfo=UTC)


async def award(turn: Turn, guardian: Guardian, tapped: Tapped, *, child_id: int) -> None:
    """Send the certificate of a guardian's child; an impatient second tap sends it once.

    Before the last week there is none.
    """
    family = await list_present(turn, guardian)
    if child_id not in {each.child_id for each in family}:
        return
    had = await child_weeks.list_weeks_of(turn.session, [child_id])
    if not is_through(turn.catalogue, had[child_id]):
        return
    turn.reply(Note(tapped.callback_id))
    number, since = id_of(guardian), turn.now - GIVEN_LATELY
    if await events.has_certificate(turn.session, number, child_id, since=since):
        return
    await events.record_event(
        turn.session,
        EventKind.CERTIFICATE,
        guardian_id=number,
        child_id=child_id,
        now=turn.now,
    )
    done = await events.list_done_together(turn.session, [child_id], since=EVER)
    pupils = await centres.list_pupils(turn.session, [child_id])
    turn.reply(
        Award(
            turn.catalogue.version,
            [each.activity_id for each in done[child_id]],
            guardian.language,
            school_language=pupils[child_id].centre_language,
            child=label_child(child_id, family, on=turn.now.date()),
        )
    )


def render_award(catalogue: Catalogue, award: Award) -> OutgoingMessage:
    """Show a certificate that was tapped for."""
    certificate = certify(
        catalogue,
        award.activities,
        language=award.language,
        school_language=award.school_language,
    )
    return render_certificate(catalogue, certificate, language=award.language, child=award.child)
