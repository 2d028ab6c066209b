"""What is left of families who were forgotten: counts of each centre, of few families none."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from bot.report.disclosure import suppress_table
from bot.store.exports import ForgottenRow


class ForgottenLine(BaseModel):
    """The forgotten families of one centre, or of all."""

    centre: str = Field(description="The centre's code; empty in the line of all centres together.")
    guardians: int | None = Field(
        description="How many guardians were forgotten; empty where few, or where it would tell."
    )
    sent: int | None = Field(
        description="Programme messages that they had been sent; empty where guardians is."
    )
    answered: int | None = Field(
        description="Touches that they had answered; empty where guardians is."
    )


def list_lines(rows: Sequence[ForgottenRow]) -> list[ForgottenLine]:
    """Make a line for each centre that has any, and one for all; what rests on few is empty."""
    if not rows:
        return []
    everyone = ForgottenRow(
        centre="",
        guardians=sum(row.guardians for row in rows),
        sent=sum(row.sent for row in rows),
        answered=sum(row.answered for row in rows),
    )
    shown = suppress_table([[row.guardians] for row in rows], [everyone.guardians], chains=[[0]])
    pairs = zip((*rows, everyone), shown, strict=True)
    return [line_of(row, is_shown=count is not None) for row, (count,) in pairs]


def line_of(row: ForgottenRow, *, is_shown: bool) -> ForgottenLine:
    """Make one line."""
    return ForgottenLine(
        centre=row.centre,
        guardians=row.guardians if is_shown else None,
        sent=row.sent if is_shown else None,
        answered=row.answered if is_shown else None,
    )
