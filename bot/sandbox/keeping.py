"""Keep a sandbox in a folder, so that a demo goes on where it was stopped, or killed."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sandbox.records import ChatMessage, Person, StoredFile, Tap

if TYPE_CHECKING:
    from bot.sandbox.state import Sandbox

STATE = "sandbox.json"


class Keeper:
    """Writes the whole state, small as a demo's is, and puts it in place in one step."""

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        self._folder = folder
        (folder / "files").mkdir(parents=True, exist_ok=True)

    def keep_content(self, digest: str, content: bytes) -> None:
        """Keep a file's content."""
        (self._folder / "files" / digest).write_bytes(content)

    def save(self, sandbox: "Sandbox") -> None:
        """Keep everything else."""
        state = {
            "persons": [asdict(each) for each in sandbox.persons.values()],
            "messages": [
                asdict(each)
                for person_id, chat in sandbox.chats.items()
                if not sandbox.persons[person_id].is_hidden
                for each in chat
            ],
            "updates": list(sandbox.updates.values()),
            "files": [asdict(each) for each in sandbox.files.values()],
            "taps": {key: asdict(tap) for key, tap in sandbox.taps.items() if not tap.answered},
            "commands": sandbox.commands,
            "counters": sandbox.counters,
        }
        draft = self._folder / f"{STATE}.draft"
        draft.write_text(json.dumps(state, default=datetime.isoformat))
        draft.replace(self._folder / STATE)

    def load(self, sandbox: "Sandbox") -> None:
        """Take up what was kept."""
        path = self._folder / STATE
        if not path.exists():
            return
        state = json.loads(path.read_text())
        sandbox.persons = {each["id"]: Person(**each) for each in state["persons"]}
        sandbox.chats = {person_id: [] for person_id in sandbox.persons}
        for each in state["messages"]:
            sandbox.chats[each["person_id"]].append(read_message(each))
        sandbox.updates = {each["update_id"]: each for each in state["updates"]}
        sandbox.files = {each["file_id"]: StoredFile(**each) for each in state["files"]}
        sandbox.taps = {
            key: Tap(**{**tap, "at": datetime.fromisoformat(tap["at"])})
            for key, tap in state["taps"].items()
        }
        sandbox.commands, sandbox.counters = state["commands"], state["counters"]
        for file in (self._folder / "files").iterdir():
            sandbox.contents[file.name] = file.read_bytes()


def read_message(kept: dict[str, Any]) -> ChatMessage:
    """Read a message back."""
    read: Callable[[str], datetime] = datetime.fromisoformat
    kept["at"] = read(kept["at"])
    kept["edited_at"] = read(kept["edited_at"]) if kept["edited_at"] else None
    kept["media"] = StoredFile(**kept["media"]) if kept["media"] else None
    return ChatMessage(**kept)
