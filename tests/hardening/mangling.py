"""Updates as no network should write them: real ones that were mangled, and pure nonsense."""

import copy
import string
from collections.abc import Sequence
from random import Random
from typing import Any

Path = tuple[str | int, ...]

KINDS = (
    *("message", "edited_message", "callback_query", "my_chat_member"),
    *(
        "channel_post",
        "inline_query",
        "poll",
        "chat_join_request",
        "message_reaction",
        "unheard_of",
    ),
)
COMMANDS = (
    *("start", "menu", "pause", "resume", "language", "ask", "stop", "privacy", "mydata", "help"),
    *("forget", "record", "START", "menu@kuffert_demo_bot", "menu@another_bot", "unheard_of", ""),
)
PAYLOADS = ("", "", " ", " x", " KUFFERT-0000", " " + "A" * 64, " \x00")
ACTIONS = (
    *("answer", "wish", "able", "try", "consent", "consents", "snooze", "resume", "join", "week"),
    *("menu", "day", "often", "hour", "quiet", "region", "zone", "role", "gone", "leaving", "ask"),
    *("child-gone", "invite", "language", "hello", "story", "page", "print", "stop", "why-stop"),
    *("my-data", "forget", "keep", "age", "another", "new-phone", "old-phone", "renew", "read"),
)
STRINGS = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff and on",
        "\u202eevil\u202c",
        "\u2066\u2067\u2069",
    ),
    *(
        "\u200f\u200e" * 50,
        "e" + "\u0301" * 500,
        "👩‍👩‍👧" * 100,
        "ﷺ" * 300,
        "x" * 5_000,
        "\r\n\t\x07\x1b[2J",
    ),
    *("<b>", "</b><script>", "&amp;&#0;", "{{ programme }}", "{% for x in y %}", "%s%n", "{0}"),
    *("'; DROP TABLE guardian; --", "../../../etc/passwd", "NaN", "null", "-1", "٣", "1e999"),
)
NUMBERS = (0, -1, 1, 2**31, -(2**31), 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, -(10**300))
OTHERS = (None, True, False, 1.5, -0.0, 1e308, [], {}, [None], [[]], {"": {}}, [{}], {"id": {}})
DEEP = 150
GIANT = 60_000  # characters


class Mangler:
    """Draws updates, always the same from the same seed; each is what `update_id` is put before."""

    def __init__(self, real: Sequence[dict[str, Any]], *, seed: int) -> None:
        """Keep real updates, without their numbers, and the buttons that are to be tapped."""
        self._real = [
            {key: part for key, part in each.items() if key != "update_id"} for each in real
        ]
        self._rng = Random(seed)
        self._actions = sorted(
            {each["callback_query"]["data"] for each in real if "callback_query" in each}
        )

    def draw(self) -> dict[str, Any]:
        """Draw an update: pure nonsense now and then, otherwise a real one with some changes."""
        rng = self._rng
        if rng.random() < 0.05:
            return {rng.choice(KINDS): self.draw_value(depth=4)}
        update = copy.deepcopy(rng.choice(self._real))
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            self._change(update)
        return update

    def draw_value(self, *, depth: int) -> Any:
        """Draw any value that JSON can say."""
        rng = self._rng
        kind = rng.randrange(6 if depth else 4)
        if kind == 0:
            return rng.choice(NUMBERS)
        if kind == 1:
            return self._draw_text()
        if kind == 2:
            return copy.deepcopy(rng.choice(OTHERS))
        if kind == 3:
            return copy.deepcopy(self._pick_part())
        if kind == 4:
            return [self.draw_value(depth=depth - 1) for _ in range(rng.randrange(4))]
        names = ("id", "chat", "from", "type", "text", "message", "data", "date", "file_id", "x")
        return {
            rng.choice(names): self.draw_value(depth=depth - 1) for _ in range(rng.randrange(5))
        }

    def _draw_text(self) -> str:
        """Draw a text: strange, very long, a command, a button's action, or letters."""
        rng = self._rng
        kind = rng.randrange(6)
        if kind == 0:
            return f"/{rng.choice(COMMANDS)}{rng.choice(PAYLOADS)}"
        if kind == 1:
            return self._draw_action()
        if kind == 2 and rng.random() < 0.02:
            return rng.choice(("y", "\u0600", "😀")) * GIANT
        if kind == 3:
            return "".join(rng.choices(string.printable, k=rng.randrange(40)))
        return rng.choice(STRINGS)

    def _draw_action(self) -> str:
        """Draw what a button may carry: a real one's, one of other numbers, or nearly one."""
        rng = self._rng
        action: str = rng.choice(self._actions)
        if rng.random() < 0.5:
            tails = (
                "",
                ":",
                ":1",
                ":999999",
                f":{2**70}",
                ":-1",
                ":en",
                ":1:did-it",
                ":1:2:3",
                ":٣",
            )
            action = rng.choice(ACTIONS) + rng.choice(tails)
        if rng.random() < 0.3:
            place = rng.randrange(len(action) + 1)
            action = action[:place] + rng.choice(STRINGS)[:20] + action[place:]
        return action

    def _pick_part(self) -> Any:
        """Pick a part of a real update."""
        update = self._rng.choice(self._real)
        return part_at(update, self._rng.choice(paths_of(update)))

    def _change(self, update: dict[str, Any]) -> None:
        """Change one part, most often one deep inside."""
        rng = self._rng
        ways = paths_of(update)
        if not ways:
            return
        path = rng.choice(ways)
        holder, key = part_at(update, path[:-1]), path[-1]
        match rng.randrange(10):
            case 0:
                del holder[key]
            case 1:
                holder[key] = self.draw_value(depth=2)
            case 2:
                holder[key] = rng.choice(({"x": holder[key]}, [holder[key]], [holder[key]] * 3))
            case 3 if isinstance(holder, dict):
                holder[f"{key}{rng.choice(('', '_', 's'))}{rng.choice(STRINGS)[:5]}"] = holder.pop(
                    key
                )
            case 4:
                holder[key] = retype(holder[key], rng)
            case 5 if rng.random() < 0.1:
                holder[key] = nest(holder[key], DEEP)
            case _:
                self._say(update)

    def _say(self, update: dict[str, Any]) -> None:
        """Let a message say, or a button carry, something else."""
        for part in update.values():
            if isinstance(part, dict) and "data" in part:
                part["data"] = self._draw_action()
            elif isinstance(part, dict):
                text = part["text"] = self._draw_text()
                part["entities"] = [
                    {"type": "bot_command", "offset": 0, "length": len(text.split(" ")[0])}
                ]


def paths_of(part: Any, begun: Path = ()) -> list[Path]:
    """List the way to every part within a part."""
    if isinstance(part, dict):
        inner: list[tuple[str | int, Any]] = list(part.items())
    elif isinstance(part, list):
        inner = list(enumerate(part))
    else:
        return []
    found = []
    for key, value in inner:
        found += [(*begun, key), *paths_of(value, (*begun, key))]
    return found


def part_at(part: Any, path: Path) -> Any:
    """Go a way."""
    for key in path:
        part = part[key]
    return part


def retype(value: Any, rng: Random) -> Any:
    """Say the same as another type, or about the same."""
    if isinstance(value, bool | None):
        return rng.choice((str(value), 1, "yes"))
    if isinstance(value, int | float):
        return rng.choice((str(value), value * 2**40, -value, [value], bool(value)))
    if isinstance(value, str):
        return rng.choice((ascii(value), value * 50, value[::-1], value.upper(), len(value)))
    return rng.choice((str(value), list(value), len(value)))


def nest(value: Any, depth: int) -> Any:
    """Put a value deep into lists and mappings."""
    for number in range(depth):
        value = [value] if number % 2 else {"message": value}
    return value
