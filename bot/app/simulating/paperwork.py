"""The simulated centres' papers: rosters, arms, cards, themes, colleagues, and schools' results."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from bot.app.cards import issue_for
from bot.app.simulating.cast import (
    BEGINS,
    CENTRES,
    CHILDREN,
    COLLEAGUES,
    EVALUATOR,
    LIVES,
    NAME,
    PROGRAMME,
    STAFF,
    WAITING,
    Colleague,
)
from bot.core.cadence import local_date, monday_of
from bot.core.codes import draw_study_code
from bot.core.sealing import Sealer
from bot.intake.outcome_files import import_outcomes
from bot.intake.rosters import check_roster, import_roster, parse_roster
from bot.report.drawing import Wish, draw_once
from bot.store import Session, accounts, audit, cards, centres, outcomes
from bot.store.columns import id_of
from bot.store.states import AllocationUnit
from bot.store.tables import Centre

SEED = 8
ROSTER = "study_code,birth_month,home_language,baseline,disadvantage"
RESULTS = "study_code,instrument,wave,score,assessed_on"
# One outcome alone: of several, a report asks which one is the primary.
INSTRUMENT, WAVE, MEAN, DEVIATION = "vocabulary", "after", 50.0, 10.0
GAIN = 0.4  # of children whose centre has the programme, in standard deviations
ABSENT = 5  # so many children of a file's first centre: enough to be shown
THEMES = ("Simulated: animals", "Simulated: the kitchen", "Simulated: the weather")


async def note(session: Session, who: Colleague, action: str, about: str, *, now: datetime) -> None:
    """Write into the audit trail what a simulated colleague did."""
    account = await accounts.get_account(session, who.email)
    await audit.record(
        session, action, who=who.email, account_id=id_of(account), about=about, now=now
    )


async def make_centres(session: Session, *, zone: str, now: datetime) -> list[Centre]:
    """Make the centres, and the colleagues."""
    made = [
        await centres.add_centre(
            session,
            f"{BEGINS}{number}",
            name=f"{NAME} {number}",
            zone=zone,
            language=language,
            now=now,
        )
        for number, language in enumerate(CENTRES, start=1)
    ]
    for each in COLLEAGUES:
        await accounts.add_account(
            session,
            each.email,
            passphrase_hash="",  # nobody signs in with it
            role=each.role,
            centre_id=id_of(made[0]) if each.has_centre else None,
            now=now,
        )
    return made


async def take_in_roster(
    session: Session, centre: Centre, *, rng: Random, now: datetime
) -> list[str]:
    """Take in a centre's roster, as a file; give the study codes."""
    codes = [draw_study_code(rng) for _ in range(CHILDREN)]
    rows = [draw_row(code, rng=rng, on=now.date()) for code in codes]
    name = f"simulated-roster-{centre.code}.csv"
    content = "\n".join([ROSTER, *rows, ""]).encode()
    roster = parse_roster(name, content, now=now)
    roster = await check_roster(session, roster, name=name, centre=centre)
    imported = await import_roster(session, roster, name=name, centre=centre, now=now)
    about = f"{centre.code} {name}: {imported.new} new"
    await note(session, STAFF, "roster taken in", about, now=now)
    return codes


def draw_row(code: str, *, rng: Random, on: date) -> str:
    """Draw what a school's list says of a child."""
    born = f"{on.year - rng.choice((4, 5))}-{rng.randint(1, 12):02}"
    language = rng.choice(("da", "da", "ar", "en"))
    disadvantage = rng.choice(("low", "other", "other"))
    return f"{code},{born},{language},{round(rng.gauss(3, 1), 1)},{disadvantage}"


async def draw(session: Session, *, now: datetime, waits_until: date) -> frozenset[str]:
    """Draw the centres into two arms; give the codes of those that begin at once."""
    wish = Wish(
        arms=(PROGRAMME, WAITING),
        control=WAITING,
        unit=AllocationUnit.CENTRE,
        by=("language",),
        seed=SEED,
        starts={WAITING: waits_until},
    )
    drawn, _is_new = await draw_once(session, wish, now=now)
    return frozenset(each.code for each in drawn.drawn if each.arm == PROGRAMME)


async def hand_out(
    session: Session,
    centre: Centre,
    codes: Sequence[str],
    *,
    place: int,
    sealer: Sealer,
    now: datetime,
) -> list[str]:
    """Issue a centre's cards, and print all but the last; give the cards' codes."""
    numbers = await outcomes.list_study_codes(session)
    given, printed = [], []
    for code, life in zip(codes, LIVES[place], strict=False):
        child = await centres.get_child(session, numbers[code])
        card_code, card = await issue_for(
            session, child, language=life.language, sealer=sealer, now=now
        )
        given.append(card_code)
        printed.append(id_of(card))
    await cards.record_printed(session, printed[:-1], now=now)
    await note(session, STAFF, "cards printed", centre.code, now=now)
    return given


async def set_theme(session: Session, centre: Centre, *, now: datetime) -> None:
    """Set what a centre works on in these weeks."""
    monday = monday_of(local_date(now, centre.zone))
    for week, words in enumerate(THEMES):
        on = monday + timedelta(weeks=week)
        await centres.record_theme(session, centre, monday=on, words=words)
    await note(session, STAFF, "theme changed", f"{centre.code} {monday}", now=now)


async def take_in_results(
    session: Session,
    rosters: dict[str, list[str]],
    *,
    name: str,
    in_programme: frozenset[str],
    rng: Random,
    now: datetime,
) -> None:
    """Take in a file of some centres' results; some rows in it have no child, or no sense."""
    rows = []
    for place, (centre, codes) in enumerate(rosters.items()):
        mean = MEAN + (GAIN * DEVIATION if centre in in_programme else 0)
        assessed = codes[ABSENT:] if place == 0 else codes
        rows += [draw_result(code, mean=mean, rng=rng, on=now.date()) for code in assessed]
    rows += [spoil(row, rng=rng) for row in rows[:3]]
    rows.append(draw_result(rows[0].split(",")[0], mean=0.0, rng=rng, on=now.date()))  # again
    content = "\n".join([RESULTS, *rows, ""]).encode()
    await import_outcomes(session, name, content, now=now)
    await note(session, EVALUATOR, "results taken in", name, now=now)


def draw_result(code: str, *, mean: float, rng: Random, on: date) -> str:
    """Draw a child's result."""
    return f"{code},{INSTRUMENT},{WAVE},{round(rng.gauss(mean, DEVIATION), 1)},{on}"


def spoil(row: str, *, rng: Random) -> str:
    """Put another child's code into a row, one that is on no roster."""
    return ",".join([draw_study_code(rng), *row.split(",")[1:]])
