"""What a question holds, as it is sealed: the words, the file, and how it came."""

import json
from dataclasses import asdict, dataclass

QUESTION = "question"  # what questions are sealed as
ANSWER = "answer"  # what answers are sealed as


@dataclass(frozen=True)
class Asked:
    """What a guardian wrote, said or showed.

    `message_id` finds it again when it is edited, `album` ties photos that were sent together,
    `earlier` holds the words before each edit.
    """

    text: str = ""
    file_id: str | None = None
    message_id: int | None = None
    album: str | None = None
    is_forwarded: bool = False
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answered:
    """One answer of staff's, and the delivery that brings it."""

    delivery_id: int
    text: str


def format_asked(asked: Asked) -> str:
    """Write what was asked as JSON."""
    return json.dumps(asdict(asked))


def parse_asked(text: str) -> Asked:
    """Read what was asked back."""
    values = json.loads(text)
    return Asked(**{**values, "earlier": tuple(values["earlier"])})


def format_answers(answers: list[Answered]) -> str:
    """Write the answers to one question as JSON, the first one first."""
    return json.dumps([asdict(each) for each in answers])


def parse_answers(text: str) -> list[Answered]:
    """Read answers back."""
    return [Answered(**each) for each in json.loads(text)]
