"""Consent to linking and to research: asked one after the other, and changed at any time."""

import asyncio

from bot.catalogue.shown.menus import say_with_menu, with_menu
from bot.catalogue.shown.notices import Notice, ask_consent, say, sum_up_consent
from bot.chat.turns import Turn
from bot.core.actions import ConsentTapped, Purpose, RenewTapped
from bot.core.messages import OutgoingMessage
from bot.core.versions import is_newer
from bot.delivery.asking import make_notice
from bot.delivery.planning import come_back, find_expected_at
from bot.store import centres, deliveries, families, forgetting, guardians
from bot.store.columns import id_of
from bot.store.states import ConsentAnswer, GuardianState
from bot.store.tables import Consent, Guardian
from bot.store.tombstones import Word

ASKED_AGAIN = {Purpose.LINKING: Notice.LINKING, Purpose.RESEARCH: Notice.RESEARCH}


async def record_choice(turn: Turn, guardian: Guardian, tapped: ConsentTapped) -> None:
    """Write down a yes or a no, unless it was said already; a yes taken back is a withdrawal.

    The button says which words were shown: the guardian's language, and the version that is asked
    for, may have changed since.
    """
    last = await guardians.find_consent(turn.session, id_of(guardian), tapped.purpose)
    is_same = last is not None and is_yes(last) == tapped.is_given
    if last and is_same and last.version == tapped.version:
        return
    no = ConsentAnswer.WITHDRAWN if last and is_yes(last) else ConsentAnswer.REFUSED
    answer = ConsentAnswer.GIVEN if tapped.is_given else no
    word = Word(tapped.purpose, answer, tapped.version, turn.now)
    await record_word(turn, guardian, word, language=tapped.language)


async def record_word(turn: Turn, guardian: Guardian, word: Word, *, language: str) -> None:
    """Write down what was said to one purpose, to the words that were shown.

    A no is written to the file that outlives a restore as well, and so is the yes that follows one;
    before the transaction is over, so that a crash leaves one line too many and never one too few.
    It is written for the earlier phones too whose place this one took: a backup may be of a time
    when there was only the other.
    """
    last = await guardians.find_consent(turn.session, id_of(guardian), word.purpose)
    await guardians.record_consent(
        turn.session,
        guardian,
        purpose=word.purpose,
        answer=word.answer,
        version=word.version,
        language=language,
        now=word.at,
    )
    is_after_no = last is not None and not is_yes(last)
    if turn.desk.tombstones is None or (word.answer is ConsentAnswer.GIVEN and not is_after_no):
        return
    before = await families.list_phones_before(turn.session, id_of(guardian))
    for chat_key in (guardian.chat_key, *before):
        key = forgetting.word_key_of(chat_key, turn.desk.sealer)
        await asyncio.to_thread(turn.desk.tombstones.add_word, key, word)


async def renew(turn: Turn, guardian: Guardian, tapped: RenewTapped) -> OutgoingMessage:
    """Go on with messages, whose new words were agreed to; then ask about the other purposes."""
    word = Word(Purpose.MESSAGES, ConsentAnswer.GIVEN, tapped.version, turn.now)
    await record_word(turn, guardian, word, language=tapped.language)
    if guardian.state is not GuardianState.ACTIVE:
        weeks = turn.catalogue.programme.weeks
        await come_back(turn.session, guardian, weeks=weeks, now=turn.now)
    await ask_in_new_words(turn, guardian)
    turn.calls_sender = True
    cap = turn.catalogue.programme.weekly_cap
    next_at = await find_expected_at(turn.session, guardian, cap=cap)
    if next_at is None:
        has_children = bool(await centres.list_children(turn.session, id_of(guardian)))
        key = "finished" if has_children else "no-child-left"
        return say_with_menu(turn.catalogue, key, language=guardian.language)
    day = turn.catalogue.words_in(guardian.language).moment(next_at, guardian.zone)
    renewed = say(turn.catalogue, "renewed", language=guardian.language, day=day)
    return with_menu(turn.catalogue, renewed, language=guardian.language)


async def ask_in_new_words(turn: Turn, guardian: Guardian) -> None:
    """Ask anew for what was agreed to in older words; until it is answered, that yes counts.

    The question about research follows the one about linking by itself.
    """
    for purpose, notice in ASKED_AGAIN.items():
        last = await guardians.find_consent(turn.session, id_of(guardian), purpose)
        version = turn.catalogue.programme.consent
        if last and is_yes(last) and is_newer(version, last.version):
            asked = make_notice(id_of(guardian), notice, now=turn.now)
            await deliveries.plan(turn.session, asked)
            return


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
