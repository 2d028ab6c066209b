"""How Telegram refuses: a status and a description, in its own words."""

from dataclasses import dataclass


@dataclass(eq=False)
class Refused(Exception):
    """A call that Telegram would refuse."""

    status: int
    description: str
    retry_after: int | None = None

    def body(self) -> dict[str, object]:
        """Give the answer as Telegram writes it."""
        answer: dict[str, object] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad_request(reason: str) -> Refused:
    """Refuse what was asked."""
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    """Refuse to reach somebody."""
    return Refused(403, f"Forbidden: {reason}")
