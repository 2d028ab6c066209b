"""What a centre hands out: cards, a poster and a booklet, laid out, replaced and taken back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from random import SystemRandom

from bot.app.cards import issue_for
from bot.app.opening import Store
from bot.catalogue.records import Catalogue
from bot.chat.codes import CARD
from bot.core.cadence import local_date
from bot.core.codes import (
    CARD_LETTERS,
    IssuedCard,
    draw_card_code,
    format_code,
    has_right_check,
    link_of,
    parse_code,
)
from bot.errors import BotError
from bot.printing.invitations import Invitation, render_letters, render_poster, render_sheets
from bot.printing.packs import render_pack
from bot.store import Session, arms, cards, centres, posters
from bot.store.audit import Note
from bot.store.columns import id_of
from bot.store.evaluation_tables import Arm
from bot.store.tables import Card, Centre, Child, Poster
from bot.web.console.offices import Printed

BATCH = 80  # cards to a file: ten sheets, eighty letters
ISO_DATE = "%Y-%m-%d"


async def say_nothing(_session: Session) -> None:
    """Note nothing: by command it is the operator who does it, on the machine itself."""


# Cards


async def lay_out(
    store: Store,
    catalogue: Catalogue,
    centre_code: str,
    *,
    language: str | None,
    link_base: str,
    now: datetime,
    study_code: str | None = None,
    show_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> AsyncIterator[list[Printed]]:
    """Lay out a centre's valid cards, or one child's, as sheets and as letters, batch by batch.

    Whoever asks for the next batch has kept the one before: its cards count as printed then.
    """
    if language:
        check_language(catalogue, language)
    async with store.database.reading() as session:
        centre = await centres.get_centre(session, centre_code)
    found = await list_printable(store, centre, language=language, study_code=study_code)
    for first in range(0, len(found), BATCH):
        batch = found[first : first + BATCH]
        invitations = [invite(store, *each, link_base=link_base) for each in batch]
        yield await asyncio.to_thread(
            render_batch, catalogue, invitations, centre.name, first // BATCH + 1
        )
        async with store.database.writing() as session:
            numbers = [id_of(card) for card, _child in batch]
            await cards.record_printed(session, numbers, now=now)
        show_progress(first + len(batch), len(found))


async def list_handed_out(store: Store, centre_code: str, *, link_base: str) -> list[IssuedCard]:
    """List a centre's valid cards, as a list for the school holds them."""
    async with store.database.reading() as session:
        centre = await centres.get_centre(session, centre_code)
    found = await list_printable(store, centre, language=None)
    invited = [invite(store, *each, link_base=link_base) for each in found]
    return [IssuedCard(each.code, each.study_code, each.link) for each in invited]


async def list_printable(
    store: Store, centre: Centre, *, language: str | None, study_code: str | None = None
) -> list[tuple[Card, Child]]:
    """List a centre's cards that may be printed; raise BotError where there are none."""
    async with store.database.reading() as session:
        valid = await cards.list_cards_to_print(session, centre, language=language)
        drawn = await arms.list_arms_of(session, [id_of(child) for _card, child in valid])
    if study_code:
        valid = [each for each in valid if each[1].study_code == study_code]
    found = [each for each in valid if not is_never(drawn.get(id_of(each[1])))]
    if valid and not found:
        raise BotError(f'All cards of "{centre.code}" are for the control group; none is printed.')
    if not found:
        raise BotError(say_no_cards(centre.code, language))
    return found


def is_never(arm: Arm | None) -> bool:
    """Say whether an arm is a control group that is to receive nothing at all."""
    return arm is not None and arm.is_control and arm.starts_on is None


async def list_cautions(
    session: Session, centre: Centre, *, language: str | None, now: datetime
) -> list[str]:
    """Say which of a centre's cards are on a waiting list, and which are not printed."""
    found = await cards.list_cards_to_print(session, centre, language=language)
    drawn = await arms.list_arms_of(session, [id_of(child) for _card, child in found])
    today = local_date(now, centre.zone)
    of_cards = [drawn[id_of(child)] for _card, child in found if id_of(child) in drawn]
    waiting = Counter(arm.starts_on for arm in of_cards if arm.starts_on and arm.starts_on > today)
    cautions = [
        f"{count} of these cards are on a waiting list: whoever opens one can say yes, and gets "
        f"the first message on {starts_on:%Y-%m-%d}."
        for starts_on, count in sorted(waiting.items())
    ]
    never = sum(map(is_never, of_cards))
    if never:
        cautions.append(f"{never} cards of the control group were not printed.")
    return cautions


def render_batch(
    catalogue: Catalogue, batch: Sequence[Invitation], centre: str, number: int
) -> list[Printed]:
    """Render one file of sheets and one of letters."""
    return [
        Printed(f"cards-{number}.pdf", render_sheets(catalogue, batch, centre=centre)),
        Printed(f"letters-{number}.pdf", render_letters(catalogue, batch, centre=centre)),
    ]


def invite(store: Store, card: Card, child: Child, *, link_base: str) -> Invitation:
    """Give what stands on a card."""
    code = store.sealer.unseal(card.code_sealed, bound_to=CARD)
    return Invitation(code, link_of(code, link_base), card.language, child.study_code)


def say_no_cards(centre_code: str, language: str | None) -> str:
    """Say that there is nothing to print, and how to get something."""
    kind = f' in "{language}"' if language else ""
    option = f" --language {language}" if language else ""
    return (
        f'The centre "{centre_code}" has no valid cards{kind}. Make some: '
        f"kuffert cards issue --centre {centre_code} --count N{option}."
    )


async def revoke_card(store: Store, text: str, *, now: datetime, note: Note = say_nothing) -> str:
    """Revoke a card by the code that is printed on it; say what came of it."""
    code = parse_card(text)
    async with store.database.writing() as session:
        code_key = store.sealer.keyed_hash(code, purpose=CARD)
        card = await cards.find_card(session, code_key)
        if card is None:
            raise BotError(await say_no_card(session, code, code_key))
        if card.revoked_at:
            return f"{format_code(code)} was revoked already, on {card.revoked_at:{ISO_DATE}}."
        await cards.revoke_card(session, card, now=now)
        await note(session)
    return f"{format_code(code)} is revoked. Who joined with it stays."


async def say_no_card(session: Session, code: str, code_key: str) -> str:
    """Say that a code is no card's, and whose it is where that is known."""
    if await posters.find_poster(session, code_key):
        return (
            f"{format_code(code)} is a poster's code. Revoke it with "
            "kuffert poster revoke --centre CODE."
        )
    return f"There is no card {format_code(code)}."


async def reissue(
    store: Store,
    catalogue: Catalogue,
    study_code: str,
    *,
    language: str | None,
    link_base: str,
    now: datetime,
    note: Note = say_nothing,
) -> tuple[IssuedCard, int]:
    """Issue a new card for a child and revoke its others; give it, and how many those were."""
    if language:
        check_language(catalogue, language)
    async with store.database.writing() as session:
        child = await centres.get_child_by_code(session, parse_code(study_code))
        centre = await centres.get_centre_of(session, child)
        earlier = await cards.list_cards_of(session, child)
        valid = [card for card in earlier if card.revoked_at is None]
        for card in valid:
            await cards.revoke_card(session, card, now=now)
        code, _card = await issue_for(
            session,
            child,
            language=language or (earlier[-1].language if earlier else centre.language),
            sealer=store.sealer,
            now=now,
        )
        await note(session)
    return IssuedCard(code, child.study_code, link_of(code, link_base)), len(valid)


def parse_card(text: str) -> str:
    """Read a card's code as somebody typed it; raise BotError for a slip."""
    code, length = parse_code(text), CARD_LETTERS + 1
    if len(code) != length:
        raise BotError(
            f"\"{text}\" is not a card's code: it has {len(code)} letters and digits, and a card's "
            f"has {length}."
        )
    if not has_right_check(code):
        raise BotError(
            f'"{text}" has a slip in it: its last character does not fit the others. '
            "Read the card once more."
        )
    return code


def check_language(catalogue: Catalogue, language: str) -> None:
    """Raise BotError for a language that the programme does not speak."""
    if language not in catalogue.languages:
        known = ", ".join(catalogue.languages)
        raise BotError(f'"{language}" is not a language of the programme. Use one of: {known}.')


# Posters and booklets


async def draw_poster(
    store: Store, catalogue: Catalogue, centre_code: str, *, link_base: str, now: datetime
) -> Printed:
    """Draw a centre's poster, the same one each time; check first that the programme has any."""
    async with store.database.writing() as session:
        centre = await centres.get_centre(session, centre_code)
        poster = await find_or_issue_poster(session, store, centre, now=now)
    code = store.sealer.unseal(poster.code_sealed, bound_to=CARD)
    invitation = Invitation(code, link_of(code, link_base), centre.language)
    pages = await asyncio.to_thread(render_poster, catalogue, invitation, centre=centre.name)
    return Printed("poster.pdf", pages)


def check_enrolment(catalogue: Catalogue) -> None:
    """Raise BotError where the programme does not let anybody join."""
    if not catalogue.programme.open_enrolment:
        raise BotError(
            "The programme has no open enrolment, so there are no posters. To allow it, write "
            "open_enrolment: yes in content/programme.yaml."
        )


async def find_or_issue_poster(
    session: Session, store: Store, centre: Centre, *, now: datetime
) -> Poster:
    """Give a centre's valid poster, or issue its first; a poster's code is kept like a card's."""
    found = await posters.list_posters(session, centre)
    if found:
        return found[-1]
    code = draw_card_code(SystemRandom())
    return await posters.issue_poster(
        session,
        centre,
        code_key=store.sealer.keyed_hash(code, purpose=CARD),
        code_sealed=store.sealer.seal(code, bound_to=CARD),
        now=now,
    )


async def revoke_poster(
    store: Store, centre_code: str, *, now: datetime, note: Note = say_nothing
) -> str:
    """Revoke a centre's poster; say what came of it."""
    async with store.database.writing() as session:
        centre = await centres.get_centre(session, centre_code)
        found = await posters.list_posters(session, centre)
        for poster in found:
            await posters.revoke_poster(session, poster, now=now)
        await note(session)
    if not found:
        return f'The centre "{centre_code}" has no valid poster.'
    return f'The poster of "{centre_code}" is revoked. Take it down; who joined by it stays.'


def refuse_early(arm: Arm | None, centre_code: str, *, today: date) -> None:
    """Raise BotError where a centre's families are to have nothing yet, or never."""
    if is_never(arm):
        raise BotError(f'"{centre_code}" is in the control group, which receives nothing.')
    if arm is not None and arm.starts_on is not None and arm.starts_on > today:
        raise BotError(
            f'"{centre_code}" is on the waiting list: its families receive nothing before '
            f"{arm.starts_on:%Y-%m-%d}. Print the booklet then."
        )


async def set_pack(
    store: Store, catalogue: Catalogue, centre_code: str, *, language: str, now: datetime
) -> Printed:
    """Set the first weeks as a booklet, for families without the app."""
    check_language(catalogue, language)
    async with store.database.reading() as session:
        centre = await centres.get_centre(session, centre_code)
        arm = await arms.find_arm_of_centre(session, id_of(centre))
    refuse_early(arm, centre_code, today=local_date(now, centre.zone))
    pages = await asyncio.to_thread(
        render_pack, catalogue, language, school_language=centre.language, centre=centre.name
    )
    return Printed(f"starter-pack-{language}.pdf", pages)
