"""Codes that are typed: taken in any form, hints about slips, and guessing that leads nowhere."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from bot.chat.codes import ATTEMPTS_OF_ALL, ATTEMPTS_OF_CHAT
from bot.core.codes import draw_card_code, format_code
from bot.store.tables import CodeAttempt, Guardian, Newcomer
from tests.town import Phone, Town

pytestmark = pytest.mark.anyio
RNG = Random(1)
SLIP = {"en": "One character in this code does not fit", "ar": "في هذا الرمز حرف أو رقم غير صحيح"}
UNKNOWN = {"en": "I do not know this card.", "ar": "لا أعرف هذه البطاقة."}
WAIT = {"en": "Please try again in an hour", "ar": "حاولوا مرة أخرى بعد ساعة"}
WELCOME = {"en": "Hello! We are Kuffert", "ar": "مرحبًا! نحن «كوفرت»"}
BOTH = pytest.mark.parametrize("language", ["en", "ar"])


async def opened(town: Town, language: str) -> Phone:
    """A phone whose chat was opened without a card."""
    phone = town.phone(language=language)
    await phone.start()
    return phone


async def card_with_zero(town: Town, language: str) -> str:
    """Issue cards until one has a sign that has look-alikes, as most have."""
    while "0" not in (code := await town.card(language)):
        pass
    return code


def with_arabic_digits(code: str) -> str:
    return code.translate({ord("0") + n: ord("٠") + n for n in range(10)})


def lower_with_look_alikes(code: str) -> str:
    return format_code(code).lower().replace("0", "o").replace("1", "l")


@BOTH
@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        lower_with_look_alikes,
        lambda code: " ".join(code) + "\n",
        lambda code: f"\u2066{format_code(code).replace('-', '–')}\u2069.",
        with_arabic_digits,
    ],
    ids=["lower", "look-alikes", "spaces", "long dashes and isolates", "Arabic digits"],
)
async def test_a_typed_code_opens_its_card_in_whatever_form_it_is_written(
    town: Town, language: str, write: object
) -> None:
    code = await card_with_zero(town, language)
    phone = await opened(town, language)

    answer = await phone.write(write(code))  # type: ignore[operator]

    assert answer.text.startswith(WELCOME[language])
    await phone.tap(answer, "join")
    assert len(await town.rows(Guardian)) == 1


@BOTH
async def test_one_wrong_sign_and_one_swap_are_told_and_the_code_is_shown_in_groups(
    town: Town, language: str
) -> None:
    code = draw_card_code(Random(4))
    place = next(n for n in range(10) if code[n] != code[n + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    wrong = ("3" if code[0] != "3" else "4") + code[1:]
    phone = await opened(town, language)

    for typed in (swapped, wrong):
        answer = await phone.write(typed.lower())

        shown = format_code(typed)
        assert SLIP[language] in answer.text
        assert (f"\u2066{shown}\u2069" if language == "ar" else shown) in answer.text


@pytest.mark.parametrize(
    ("length", "said"), [(9, "missing"), (10, "missing"), (12, "too much"), (13, "too much")]
)
async def test_a_code_that_is_too_short_or_too_long_is_told_so(
    town: Town, length: int, said: str
) -> None:
    phone = await opened(town, "en")

    answer = await phone.write("7K3M9QXA2TBCD"[:length])

    assert f"{said} in this code: 7K3M-9QXA-" in answer.text
    assert "11 letters and numbers" in answer.text


@BOTH
async def test_a_right_code_that_nobody_has_is_said_to_be_unknown(
    town: Town, language: str
) -> None:
    phone = await opened(town, language)

    typed = await phone.write(draw_card_code(RNG))
    linked = await phone.start(draw_card_code(RNG))

    assert typed.text.startswith(UNKNOWN[language])
    assert linked.text == typed.text


async def test_a_guardians_words_are_never_taken_for_a_code(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en"))

    for words in ("hello there", "what is it", "7K3M9QXA2TB"):
        answer = await phone.write(words)

        assert answer.text.startswith("Thank you. I have passed this on")
    assert await town.rows(CodeAttempt) == []


async def test_a_guardian_can_type_another_childs_code(town: Town) -> None:
    phone = town.phone()
    await phone.join(await town.card("en", months=40))

    answer = await phone.write(format_code(await town.card("en", months=70)))

    assert answer.text.startswith("✅ One more child is with us.")


@pytest.mark.parametrize("words", ["hi", "I would like to join this, please, if I may"])
async def test_a_strangers_other_words_bring_the_explanation(town: Town, words: str) -> None:
    phone = await opened(town, "da")

    answer = await phone.write(words)

    assert answer.text.startswith("Hej! Jeg er Kuffert. Jeg sender familier med børn fra 3 til 6")
    assert "skriv koden fra kortet" in answer.text


async def test_a_chat_without_a_card_is_spoken_to_in_the_language_that_it_taps(
    town: Town,
) -> None:
    phone = await opened(town, "da")
    explained = phone.last
    assert [button["text"] for button in explained.buttons[0]][:2] == ["English", "العربية"]

    await phone.tap(explained, "hello:ar")
    assert explained.text.startswith("مرحبًا! أنا ")
    assert [button["text"] for button in explained.buttons[0]][:2] == ["English", "Dansk"]
    slip = await phone.write("7K3M9QXA2TC")
    welcome = await phone.write(await town.card("da"))

    assert SLIP["ar"] in slip.text
    assert welcome.text.startswith(WELCOME["ar"])


async def test_a_language_tapped_without_a_card_is_no_consent_and_is_forgotten_after_a_week(
    town: Town,
) -> None:
    phone = await opened(town, "da")
    await phone.tap(phone.last, "hello:en")

    await phone.tap_stale(phone.last, "join")
    assert await town.rows(Guardian) == []
    await town.skip(days=7, minutes=1)
    await town.runtime.housekeeper.tidy()

    assert await town.rows(Newcomer) == []


async def guess(phone: Phone, times: int, *, by_link: bool = False) -> Sequence[str]:
    send = phone.start if by_link else phone.write
    return [(await send(draw_card_code(RNG))).text for _ in range(times)]


@BOTH
@pytest.mark.parametrize("by_link", [False, True], ids=["typed", "by link"])
async def test_after_ten_codes_in_vain_a_chat_waits_an_hour(
    town: Town, language: str, by_link: bool
) -> None:
    code = await town.card(language)
    phone, other = await opened(town, language), await opened(town, language)

    answers = await guess(phone, ATTEMPTS_OF_CHAT, by_link=by_link)
    assert all(answer.startswith(UNKNOWN[language]) for answer in answers)
    assert WAIT[language] in (await phone.write(code)).text
    assert WAIT[language] in (await phone.start(code)).text

    assert (await other.write(code)).text.startswith(WELCOME[language])
    town.clock.move_to(town.clock.now() + timedelta(hours=1))
    assert (await phone.write(code)).text.startswith(WELCOME[language])


async def test_a_right_code_costs_nothing(town: Town) -> None:
    code = await town.card("en")
    phone = await opened(town, "en")

    for _ in range(ATTEMPTS_OF_CHAT + 1):
        await phone.start(code)

    assert phone.last.text.startswith(WELCOME["en"])
    assert await town.rows(CodeAttempt) == []


async def try_elsewhere(town: Town, count: int) -> None:
    """Write down attempts of many other chats."""
    async with town.store.database.writing() as session:
        session.add_all(
            CodeAttempt(chat_key=f"{n // 5:064}", attempted_at=town.clock.now())
            for n in range(count)
        )


async def test_when_all_together_try_too_often_strangers_wait_and_guardians_do_not(
    town: Town,
) -> None:
    guardian = town.phone()
    await guardian.join(await town.card("en", months=40))
    code = await town.card("en", months=70)
    stranger = await opened(town, "en")
    await try_elsewhere(town, ATTEMPTS_OF_ALL)

    assert WAIT["en"] in (await stranger.write(code)).text
    assert WAIT["en"] in (await stranger.start(code)).text
    assert (await guardian.start(code)).text.startswith("✅ One more child is with us.")


async def test_the_limit_is_exact_when_many_try_at_once(town: Town) -> None:
    phones = [town.phone(f"Guest {n}", language="en") for n in range(8)]
    for phone in phones:
        await phone.start()
    await try_elsewhere(town, ATTEMPTS_OF_ALL - 3)

    for phone in phones:
        town.sandbox.write(phone.person.id, draw_card_code(RNG))
    await town.settle()
    await town.wait_for(lambda: all(len(phone.from_bot) == 2 for phone in phones))

    assert [UNKNOWN["en"] in phone.last.text for phone in phones].count(True) == 3
    assert len(await town.rows(CodeAttempt)) == ATTEMPTS_OF_ALL


async def test_attempts_are_forgotten_after_a_day(town: Town) -> None:
    phone = await opened(town, "en")
    await guess(phone, 2)
    town.clock.move_to(town.clock.now() + timedelta(hours=23))
    await guess(phone, 1)

    town.clock.move_to(town.clock.now() + timedelta(hours=2))
    await town.runtime.housekeeper.tidy()

    (kept,) = await town.rows(CodeAttempt)
    assert kept.attempted_at == town.clock.now() - timedelta(hours=2)
    assert str(phone.person.id) not in kept.model_dump_json()
