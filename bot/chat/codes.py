"""Codes that a chat brings, by a link or typed: what each opens, or a hint; guessing is limited.

How safe a code is. It has 50 random bits: 1.1e15 codes, of which 1e5 cards, say, are somebody's. A
chat has 10 attempts an hour and all chats together 500, 4.4 million a year. Whoever uses up all of
them for a year opens any card at all with a probability of 4.4e6 * 1e5 / 1.1e15 = 0.0004, and a
given family's with 4e-9. A link is a guess as much as a typed code is, so both count alike. A code
that opens something costs nothing, and a guardian is not kept waiting by what others try.
"""

from datetime import timedelta

from bot.catalogue.shown.notices import refuse_code
from bot.chat import replies
from bot.chat.turns import Turn
from bot.core.codes import (
    CARD_LETTERS,
    is_card_code,
    is_like_card_code,
    parse_code,
)
from bot.store import attempts, cards, posters, staff
from bot.store.tables import Card, Poster, StaffInvitation

CARD = "card"  # what the code of a card or a poster is hashed and sealed as
STAFF = "staff invitation"  # and that of a colleague's invitation
ATTEMPTS_OF_CHAT = 10
ATTEMPTS_OF_ALL = 500
ATTEMPTS_COUNT_FOR = timedelta(hours=1)

Invitation = Card | Poster
AnyInvitation = Invitation | StaffInvitation


def find_typed_code(turn: Turn, text: str) -> str | None:
    """Find a code in what was written; of a guardian, only one whose check character is right.

    Of anybody else, one with a slip too, unless it reads like words: of 1,000 codes, 984 hold a
    digit.
    """
    code = parse_code(text)
    is_worded = not any(sign.isdigit() for sign in text) and text != text.upper()
    has_slip = turn.guardian is None and is_like_card_code(code) and not is_worded
    return code if is_card_code(code) or has_slip else None


async def open_code(turn: Turn, code: str, *, language: str) -> AnyInvitation | None:
    """Give what a code opens, or say why it opens nothing."""
    found, key = None, await find_obstacle(turn)
    if key is None:
        found = await find_invitation(turn, code)
        key = find_refusal(turn, found) if found else await record_vain(turn, code)
    if key is None:
        return found
    turn.reply(replies.say(refuse_code(turn.catalogue, key, code, language=language)))
    return None


async def record_vain(turn: Turn, code: str) -> str:
    """Write down that a code opened nothing, and choose what is said about it."""
    await attempts.record_attempt(turn.session, turn.chat_key, now=turn.now)
    return choose_hint(code)


async def find_obstacle(turn: Turn) -> str | None:
    """Say that a chat has to wait, where it or all together tried too often."""
    await attempts.wait_in_turn(turn.session)
    since = turn.now - ATTEMPTS_COUNT_FOR
    tried = await attempts.count_of_chat(turn.session, turn.chat_key, since=since)
    if tried >= ATTEMPTS_OF_CHAT:
        return "codes-wait"
    if turn.guardian:
        return None
    tried_by_all = await attempts.count_all(turn.session, since=since)
    return "codes-wait" if tried_by_all >= ATTEMPTS_OF_ALL else None


async def find_invitation(turn: Turn, code: str) -> AnyInvitation | None:
    """Look up a card, or else a poster, or else a colleague's invitation, by its code."""
    if not is_card_code(code):
        return None
    code_key = turn.desk.sealer.keyed_hash(code, purpose=CARD)
    card = await cards.find_card(turn.session, code_key)
    found = card or await posters.find_poster(turn.session, code_key)
    staff_key = turn.desk.sealer.keyed_hash(code, purpose=STAFF)
    return found or await staff.find_invitation(turn.session, staff_key)


def find_refusal(turn: Turn, found: AnyInvitation) -> str | None:
    """Say why a code lets nobody in any more; None where it does."""
    if isinstance(found, StaffInvitation):
        return None  # who is registered already may open it again: see `registering`
    if isinstance(found, Card):
        return "card-revoked" if found.revoked_at else None
    is_open = turn.catalogue.programme.open_enrolment and found.revoked_at is None
    return None if is_open else "poster-closed"


def choose_hint(code: str) -> str:
    """Choose what is said about a code that opens nothing."""
    if is_card_code(code) or not is_like_card_code(code):
        return "card-unknown"
    missing = CARD_LETTERS + 1 - len(code)
    if missing:
        return "code-too-short" if missing > 0 else "code-too-long"
    return "code-slip"
