"""Persons who ask the bot for help, and what they are answered."""

from collections import Counter

from tests.storm.storm import Storm


def add_persons(storm: Storm, count: int) -> list[int]:
    """Let so many have opened the chat."""
    persons = [storm.sandbox.add_person(f"Person {number}").id for number in range(count)]
    for person in persons:
        storm.sandbox.persons[person].opened = True
    return persons


def ask(storm: Storm, persons: list[int]) -> None:
    """Let persons ask for help."""
    for person in persons:
        storm.sandbox.write(person, "/help")


def answered(storm: Storm) -> Counter[int]:
    """Count, by person, the answers."""
    return Counter(
        each.person_id
        for chat in storm.sandbox.chats.values()
        for each in chat
        if each.from_bot and "three small messages" in each.text
    )


async def wait_for_answers(storm: Storm, count: int) -> None:
    """Wait until so many persons are answered, however often."""
    await storm.sandbox.wait_for(lambda: len(answered(storm)) >= count, seconds=60)
