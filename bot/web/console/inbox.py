"""The inbox: what parents ask, sealed until it is opened; distress first; answered in the chat."""

from typing import Any

from starlette.responses import Response

from bot.catalogue.shown.asking import TEXT_UNITS, measure_answer
from bot.core.asked import QUESTION, Asked, parse_asked
from bot.delivery.staff_answers import check_reach, list_answers
from bot.errors import BotError
from bot.store import Session, accounts, questions
from bot.store.columns import id_of
from bot.store.console_tables import Account
from bot.store.states import QuestionKind, StaffRole
from bot.store.tables import Question
from bot.web.console.visits import Visit

ANSWERS = (StaffRole.STAFF, StaffRole.ADMIN)


async def show_all(visit: Visit) -> Response:
    """List what is open, without its words."""
    mine = visit.asked("mine") == "yes"
    async with visit.office.database.reading() as session:
        found = await questions.list_open(session)
        people = {id_of(each): each.email for each in await accounts.list_accounts(session)}
    me = id_of(visit.account)
    shown = [each for each in found if not mine or each.handed_to == me]
    return visit.page("inbox", questions=shown, mine=mine, people=people, total=len(found))


async def show(visit: Visit) -> Response:
    """Open one question; that it was opened is noted."""
    return await show_question(visit)


async def show_question(visit: Visit, **more: Any) -> Response:
    """Show a question with what was answered."""
    async with visit.office.database.writing() as session:
        question = await get_question(visit, session)
        asked = open_asked(visit, question)
        people = [each for each in await accounts.list_accounts(session) if may_answer(each)]
        await visit.note(session, "question opened", str(question.id))
    answered = list_answers(visit.office.sealer, question.answer_sealed)
    words = visit.office.running().words_in(question.language)
    values = {"draft": "", "error": "", **more}
    return visit.page(
        "question",
        question=question,
        asked=asked,
        answers=answered,
        people=people,
        language_name=words.plain("language-name"),
        direction=words.direction,
        has_file=asked.file_id is not None,
        is_voice=question.kind is QuestionKind.VOICE,
        most=TEXT_UNITS,
        **values,
    )


def may_answer(account: Account) -> bool:
    """Say whether somebody answers questions."""
    return account.ended_at is None and account.role in ANSWERS


async def get_question(visit: Visit, session: Session, *, is_to_change: bool = False) -> Question:
    """Get the question of the address."""
    number = visit.request.path_params["number"]
    return await questions.get_question(session, number, is_to_change=is_to_change)


def open_asked(visit: Visit, question: Question) -> Asked:
    """Unseal what was asked."""
    return parse_asked(visit.office.sealer.unseal(question.body_sealed, bound_to=QUESTION))


async def give_file(visit: Visit) -> Response:
    """Give the voice message or the photo of a question."""
    async with visit.office.database.reading() as session:
        question = await get_question(visit, session)
    fetched = await visit.office.helpers.fetch(question)
    async with visit.office.database.writing() as session:
        await visit.note(session, "question's file opened", str(question.id))
    return Response(fetched.content, media_type=fetched.media_type)


async def answer(visit: Visit) -> Response:
    """Queue an answer: it comes in the parent's chat, as it is written here."""
    text = "\n".join(line.rstrip() for line in visit.said("text").splitlines()).strip()
    try:
        length = measure_answer(visit.office.running(), text)
        if not text:
            raise BotError(visit.words.say("The answer is empty."))
        if length > TEXT_UNITS:
            raise BotError(
                visit.words.say("The answer is too long for one message. Send it as two.")
            )
        async with visit.office.database.reading() as session:
            await check_reach(session, await get_question(visit, session))
    except BotError as error:
        return await show_question(visit, draft=text, error=str(error))
    async with visit.office.database.reading() as session:
        question = await get_question(visit, session)
    await visit.office.helpers.answer(question, text)
    async with visit.office.database.writing() as session:
        await visit.note(session, "question answered", str(question.id))
    return visit.back("/inbox", said=visit.words.say("The answer is on its way."))


async def close(visit: Visit) -> Response:
    """Close a question without an answer."""
    number = visit.request.path_params["number"]
    async with visit.office.database.writing() as session:
        await questions.get_question(session, number)
        if await questions.close_question(session, number, now=visit.now):
            await visit.note(session, "question closed", str(number))
    return visit.back("/inbox", said=visit.words.say("The question is closed."))


async def hand_over(visit: Visit) -> Response:
    """Settle who is to answer a question."""
    email = visit.said("to")
    async with visit.office.database.writing() as session:
        question = await get_question(visit, session, is_to_change=True)
        account = await accounts.get_account(session, email) if email else None
        if account and not may_answer(account):
            raise BotError(visit.words.say("This person does not answer questions."))
        await questions.hand_over(session, question, id_of(account) if account else None)
        await visit.note(session, "question handed over", f"{question.id} {email}".strip())
    return visit.back("/inbox", said=visit.words.say("The question is handed over."))
