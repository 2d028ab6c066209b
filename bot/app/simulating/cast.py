"""Who is simulated in the demo: centres, families and how they live, colleagues and their words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.actions import Answer
from bot.store.states import StaffRole

BEGINS = "simulated-"  # the codes of all simulated centres, and of nothing else
NAME = "Simulated centre"
MARK = "(Simulated)"  # before whatever a simulated person writes
WEEKS = 8
CENTRES = ("da", "en", "da", "en")  # the language of each
CHILDREN = 20  # on each roster
PROGRAMME, WAITING = "programme", "waiting list"

BLOCKS, DELETES_ACCOUNT = "blocks the bot", "deletes the account"
SENDS_PHOTO = "sends a photo"  # a picture of the content's own


@dataclass(frozen=True)
class Day:
    """A day of the weeks and an hour; a day below zero is told from the end, -1 being yesterday."""

    number: int
    hour: int


@dataclass(frozen=True)
class Life:
    """How a simulated family lives.

    `comes_on` is the day on which it opens its card, `zeal` the chance that it answers a message
    after the first one, `linking` what it says to linking, None being nothing. `does` has what it
    writes, or does to the bot, and when. `siblings` is how many more cards it opens.
    """

    language: str
    comes_on: Day | None = None
    joins: bool = True
    zeal: float = 0.6
    likes: Answer = Answer.DID_IT
    linking: bool | None = True
    does: Mapping[Day, str] = field(default_factory=dict)
    siblings: int = 0


FIRST, SECOND, THIRD = Day(1, 15), Day(3, 16), Day(6, 15)
NEVER = Life("da")
PLAIN = f"{MARK} Can we do an activity twice in one week? She loved the socks."
ARABIC = f"{MARK} مرحبًا، هل يمكن أن نقرأ القصة بلغتين؟"
DISTRESS = f"{MARK} I am afraid of my husband. I do not know who to talk to."
CAPTION = f"{MARK} Is this the game that you mean?"
ANSWERED = f"{MARK} Kan min mor også få beskederne?"
ANSWER = f"{MARK} Ja. Skriv /menu, og vælg at invitere en mere fra familien."

# One row a centre that has the programme; the k-th life is that of the k-th card. Of the children
# of each, eight come to take part, five are not seen again once the card was opened, and five cards
# lie in a bag: groups that are large enough to be shown.
UNOPENED, LEFT_AT_ONCE = (NEVER,) * 5, (Life("da", SECOND, joins=False),) * 5
LIVES = (
    (
        Life("da", FIRST, zeal=0.8),
        Life("ar", FIRST, zeal=0.7, does={Day(-2, 18): ARABIC}),
        Life("en", SECOND, does={Day(-3, 12): PLAIN}),
        Life("da", FIRST, zeal=0.6, siblings=1),
        NEVER,  # the card of the last one's sibling
        Life("da", SECOND, zeal=0.0, linking=None),
        Life("da", SECOND, linking=False, does={Day(-6, 8): "/pause"}),
        Life("ar", FIRST, does={Day(-6, 0): DELETES_ACCOUNT}),
        *LEFT_AT_ONCE,
        *UNOPENED,
    ),
    (
        Life("ar", FIRST, zeal=0.7),
        Life("da", SECOND, zeal=0.5, does={Day(-10, 19): ANSWERED}),
        Life("en", FIRST, does={Day(-6, 9): "/stop"}),
        Life("da", THIRD, likes=Answer.NOT_YET, zeal=0.5, does={Day(-2, 19): SENDS_PHOTO}),
        Life("en", SECOND, zeal=0.4, does={Day(-1, 20): DISTRESS}),
        Life("ar", FIRST, zeal=0.0, linking=None),
        Life("da", FIRST, does={Day(30, 19): "/stop"}),
        Life("en", FIRST, does={Day(33, 10): BLOCKS}),
        *LEFT_AT_ONCE,
        *UNOPENED,
    ),
)


@dataclass(frozen=True)
class Colleague:
    """A simulated member of staff, of the first centre or of none; nobody can sign in as one."""

    email: str
    role: StaffRole
    has_centre: bool = False


STAFF = Colleague("simulated-staff@localhost", StaffRole.STAFF)
EVALUATOR = Colleague("simulated-evaluator@localhost", StaffRole.EVALUATOR)
EDUCATOR = Colleague("simulated-educator@localhost", StaffRole.EDUCATOR, has_centre=True)
COLLEAGUES = (STAFF, EVALUATOR, EDUCATOR)
