import json
from typing import Any
from urllib.request import urlopen

from tests.bench.server import ask, start_server

AMINA = {"chat": 100, "message": 7, "buttons": ["answer:1:did-it", "answer:1:not-yet"]}


def poll(api: str) -> list[dict[str, Any]]:
    with urlopen(f"{api}/bot1:x/getUpdates", data=b"timeout=1") as answer:
        updates: list[dict[str, Any]] = json.loads(answer.read())["result"]
    return updates


def reply(api: str, tap: str) -> None:
    urlopen(f"{api}/bot1:x/answerCallbackQuery", data=f"callback_query_id={tap}".encode()).close()


def test_a_tap_is_handed_over_once_and_timed_until_it_is_answered() -> None:
    with start_server(0.0) as (_process, api):
        ask(api, "tap", {"people": [AMINA], "pause": 0})

        (first,) = poll(api)
        reply(api, first["callback_query"]["id"])
        (second,) = poll(api)
        told = ask(api, "tapped")

    assert first["callback_query"]["data"] == "answer:1:did-it"
    assert second["callback_query"]["data"] == "answer:1:not-yet"
    assert second["update_id"] > first["update_id"]
    assert (len(told["answered"]), len(told["unanswered"])) == (1, 1)


def test_nobody_taps_after_the_end() -> None:
    with start_server(0.0) as (_process, api):
        ask(api, "tap", {"people": [AMINA], "pause": 0})
        (tap,) = poll(api)
        ask(api, "tapped")

        reply(api, tap["callback_query"]["id"])

        assert poll(api) == []
