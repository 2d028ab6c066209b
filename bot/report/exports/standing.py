"""What may stand in an export: of every child and guardian, what consent and the roster say."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from zoneinfo import ZoneInfo

from bot.core.actions import Purpose
from bot.store import Session, exports
from bot.store.export_rows import (
    Enrolled,
    list_enrolled,
    list_guardian_zones,
    list_tester_numbers,
)
from bot.store.linking import Linking, decide_linking
from bot.store.states import ConsentAnswer


class OfChild(IntFlag):
    """What is known of the child that a row is about; nothing of one at a centre for tests."""

    NONE = 1  # the row is about no child
    KNOWN = 2
    WITHHELD = 4
    LINKED = 8


class OfGuardian(IntFlag):
    """What is known of the guardian that a row is about."""

    NONE = 1
    WITHHELD = 2  # of a child that is withheld
    RESEARCHED = 4
    TESTS = 8  # has a child at a centre for tests


FLAGS = 16  # as many as four bits make
Rule = Callable[[OfChild, OfGuardian], bool]


def may_list(child: OfChild, guardian: OfGuardian) -> bool:
    """Say whether a message may stand in a file: not where its child's linking is withheld."""
    if child & OfChild.NONE:
        return not guardian & (OfGuardian.WITHHELD | OfGuardian.TESTS)
    return bool(child & OfChild.KNOWN) and not child & OfChild.WITHHELD


def may_research(child: OfChild, guardian: OfGuardian) -> bool:
    """Say whether what a guardian did may be given to researchers."""
    if not may_list(child, guardian):
        return False
    # before a guardian is there, a card was opened, nobody knows by whom
    return bool(guardian & (OfGuardian.NONE | OfGuardian.RESEARCHED))


def tabulate(rule: Rule) -> bytes:
    """Write a rule as a table of what it says to every child (times 16) and guardian."""
    return bytes(
        rule(OfChild(child), OfGuardian(guardian))
        for child in range(FLAGS)
        for guardian in range(FLAGS)
    )


@dataclass(frozen=True)
class Standing:
    """The flags of every child and guardian by number, 0 for none; and their zones.

    A zone is a place in `zones`. What is asked of a number past the end is asked of nobody known.
    """

    enrolled: dict[int, Enrolled]
    linking: dict[int, Linking]
    researched: dict[int, int]
    joined_at: dict[int, datetime]
    children: bytearray
    guardians: bytearray
    zones: tuple[ZoneInfo, ...]
    zone_of_child: bytearray
    zone_of_guardian: bytearray


async def gather_standing(session: Session) -> Standing:
    """Ask the database for everything that decides what may be told."""
    enrolled = {each.child_id: each for each in await list_enrolled(session)}
    pairs = await exports.list_pairs(session)
    consents = await exports.list_last_consents(session, Purpose.LINKING)
    research = await exports.list_last_consents(session, Purpose.RESEARCH)
    answers: dict[int, list[ConsentAnswer | None]] = defaultdict(list)
    researched: dict[int, int] = defaultdict(int)
    joined_at: dict[int, datetime] = {}
    for pair in pairs:
        child = pair.child_id
        answers[child].append(consents.get(pair.guardian_id))
        researched[child] += research.get(pair.guardian_id) is ConsentAnswer.GIVEN
        joined_at[child] = min(joined_at.get(child, pair.joined_at), pair.joined_at)
    linking = {
        number: decide_linking(answers[number], is_withdrawn=each.withdrawn_at is not None)
        for number, each in enrolled.items()
    }
    zones_of = await list_guardian_zones(session)
    names = sorted({*zones_of.values(), *(each.zone for each in enrolled.values())}) or ["UTC"]
    places = {name: place for place, name in enumerate(names)}
    children, guardians = flags_for(enrolled), flags_for(zones_of)
    for number, said in linking.items():
        children[number] = (
            OfChild.KNOWN
            | {
                Linking.WITHHELD: OfChild.WITHHELD,
                Linking.LINKED: OfChild.LINKED,
                Linking.NOT_LINKED: OfChild(0),
            }[said]
        )
    for number, answer in research.items():
        if answer is ConsentAnswer.GIVEN:
            guardians[number] |= OfGuardian.RESEARCHED
    for pair in pairs:
        if linking[pair.child_id] is Linking.WITHHELD:
            guardians[pair.guardian_id] |= OfGuardian.WITHHELD
    for number in await list_tester_numbers(session):
        guardians[number] |= OfGuardian.TESTS
    zone_of_child, zone_of_guardian = bytearray(len(children)), bytearray(len(guardians))
    for number, each in enrolled.items():
        zone_of_child[number] = places[each.zone]
    for number, name in zones_of.items():
        zone_of_guardian[number] = places[name]
    return Standing(
        enrolled,
        linking,
        researched,
        joined_at,
        children,
        guardians,
        tuple(ZoneInfo(name) for name in names),
        zone_of_child,
        zone_of_guardian,
    )


def flags_for(numbered: dict[int, object] | dict[int, Enrolled] | dict[int, str]) -> bytearray:
    """Make room for the flags of every number; 0 stands for none."""
    flags = bytearray(max(numbered, default=0) + 1)
    flags[0] = OfChild.NONE
    return flags
