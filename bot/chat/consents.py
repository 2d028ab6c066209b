"""Consent to linking and to research: asked one after the other, and changed at any time."""

from bot.catalogue.notices import ask_consent, sum_up_consent
from bot.chat.turns import Turn
from bot.core.actions import Purpose
from bot.core.messages import OutgoingMessage
from bot.store import guardians
from bot.store.columns import id_of
from bot.store.states import ConsentAnswer
from bot.store.tables import Consent, Guardian


async def record_choice(
    turn: Turn, guardian: Guardian, *, purpose: Purpose, is_given: bool
) -> None:
    """Write down a yes or a no, unless it was said already; a yes taken back is a withdrawal."""
    last = await guardians.find_consent(turn.session, id_of(guardian), purpose)
    if last and is_yes(last) == is_given:
        return
    withdrawal = ConsentAnswer.WITHDRAWN if last else ConsentAnswer.REFUSED
    await guardians.record_consent(
        turn.session,
        guardian,
        purpose=purpose,
        answer=ConsentAnswer.GIVEN if is_given else withdrawal,
        version=turn.catalogue.programme.consent,
        now=turn.now,
    )


async def ask_next(turn: Turn, guardian: Guardian, purpose: Purpose) -> OutgoingMessage:
    """After linking ask about research; after research repeat what was chosen."""
    language = guardian.language
    if purpose is Purpose.LINKING:
        return ask_consent(turn.catalogue, Purpose.RESEARCH, language=language)
    return sum_up_consent(
        turn.catalogue,
        language=language,
        linking=await has_consented(turn, guardian, Purpose.LINKING),
        research=await has_consented(turn, guardian, Purpose.RESEARCH),
    )


async def has_consented(turn: Turn, guardian: Guardian, purpose: Purpose) -> bool:
    """Say whether a guardian's last word on a purpose was yes; no word means no."""
    last = await guardians.find_consent(turn.session, id_of(guardian), purpose)
    return last is not None and is_yes(last)


def is_yes(consent: Consent) -> bool:
    """Say whether a consent was given."""
    return consent.answer is ConsentAnswer.GIVEN
