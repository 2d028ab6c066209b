"""What goes wrong on purpose: too many requests, a broken server, slowness, a lost connection."""

from typing import Any

from bot.errors import BotError
from bot.sandbox.records import Fault
from bot.sandbox.refusals import Refused

KINDS = ("too_many_requests", "server_error", "slow", "drop_before", "drop_after")


def parse_fault(values: dict[str, Any]) -> Fault:
    """Read a fault as it was asked for; raise BotError for one that is unknown."""
    if values.get("kind") not in KINDS:
        raise BotError(f'There is no fault "{values.get("kind")}". Use: {", ".join(KINDS)}.')
    try:
        return Fault(**values)
    except TypeError:
        raise BotError(
            "A fault has kind, method, times, retry_after, seconds, status, description, every."
        ) from None


def take_fault(faults: list[Fault], method: str) -> Fault | None:
    """Take the first fault that fits a method and whose turn it is, and count it down."""
    for fault in faults:
        if fault.method.lower() in ("*", method.lower()) and is_turn(fault):
            fault.times -= 1
            if fault.times <= 0:
                faults.remove(fault)
            return fault
    return None


def is_turn(fault: Fault) -> bool:
    """Count a call that a fault fits; say whether it is the one that goes wrong."""
    fault.passed = (fault.passed + 1) % fault.every
    return fault.passed == 0


def raise_fault(fault: Fault) -> None:
    """Refuse a call where the fault says so."""
    if fault.kind == "too_many_requests":
        raise Refused(429, f"Too Many Requests: retry after {fault.retry_after}", fault.retry_after)
    if fault.kind == "server_error":
        raise Refused(fault.status, fault.description)
