"""Sealing with a ring of keys: what each opens, what stays, and what a key file may hold."""

import base64

import pytest

from bot.core.sealing import Keys, Sealer, as_text, format_keys, name_of, parse_keys
from bot.errors import BotError, KeyMissing

FIRST, SECOND, THIRD = b"1" * 32, b"2" * 32, b"3" * 32
ONE = Keys.of(FIRST)
TWO = ONE.add(SECOND)
REFUSED = {
    "": "The key is empty.",
    "# a remark\n": "The key is empty.",
    "a": "The key is not base64.",
    "c2hvcnQ=": "The key must be 32 bytes; this one has 5.",
    f"hash {as_text(FIRST)}": "The key's first line is not a key.",
    f"seal {as_text(FIRST)}": "The key's first line is not a key.",
    f"{as_text(FIRST)}\n{as_text(SECOND)}": "Behind its first line, each line of the key is `seal`",
    f"{as_text(FIRST)}\nseal c2hvcnQ=": "The key must be 32 bytes; this one has 5.",
}


def seal(keys: Keys, name: str) -> bytes:
    sealer = Sealer(keys)
    sealer.seal_with(name)
    return sealer.seal("Godmorgen", bound_to="chat")


def test_a_key_file_of_one_line_goes_on_as_it_always_did() -> None:
    keys = parse_keys(as_text(FIRST) + "\n")

    assert Sealer(keys).unseal(Sealer(FIRST).seal("x", bound_to="y"), bound_to="y") == "x"
    assert Sealer(keys).fingerprint() == Sealer(FIRST).fingerprint()
    assert format_keys(keys) == as_text(FIRST) + "\n"


@pytest.mark.parametrize("keys", [ONE, TWO, TWO.keep_newest(), TWO.keep_newest().add(THIRD)])
def test_keys_come_back_from_a_file_as_they_were_written(keys: Keys) -> None:
    assert parse_keys(format_keys(keys)) == keys
    assert parse_keys("# Kuffert\n\n" + format_keys(keys).replace("\n", ",")) == keys


def test_a_line_written_by_hand_may_be_any_base64() -> None:
    secret = b"\xfb\xff" * 16

    text = f"{as_text(FIRST)}\nseal {base64.b64encode(secret).decode()}"

    assert "+" in text
    assert "/" in text
    assert parse_keys(text) == ONE.add(secret)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_key_file_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BotError) as refused:
        parse_keys(text)

    assert str(refused.value).startswith(REFUSED[text])


def test_any_key_opens_and_the_oldest_seals_until_another_is_named() -> None:
    sealer = Sealer(TWO)
    before = sealer.seal("Godmorgen", bound_to="chat")
    sealer.seal_with(name_of(SECOND))
    after = sealer.seal("Godmorgen", bound_to="chat")

    found = [sealer.find_key(each, bound_to="chat") for each in (before, after, b"", b"x" * 60)]
    assert found == [name_of(FIRST), name_of(SECOND), None, None]
    assert {sealer.unseal(each, bound_to="chat") for each in (before, after)} == {"Godmorgen"}
    with pytest.raises(KeyMissing, match="A sealed chat does not open with this key"):
        Sealer(ONE).unseal(after, bound_to="chat")


def test_hashes_and_fingerprint_stay_through_every_rotation() -> None:
    rings = [ONE, TWO, TWO.keep_newest(), TWO.keep_newest().add(THIRD).keep_newest()]

    assert len({Sealer(each).keyed_hash("42", purpose="chat") for each in rings}) == 1
    assert len({Sealer(each).fingerprint() for each in rings}) == 1
    assert Sealer(SECOND).fingerprint() != Sealer(ONE).fingerprint()


def test_a_key_that_was_let_go_of_is_not_in_what_is_left() -> None:
    sealed = seal(TWO, name_of(FIRST))
    left = TWO.keep_newest()

    assert as_text(FIRST) not in format_keys(left)
    with pytest.raises(KeyMissing):
        Sealer(left).unseal(sealed, bound_to="chat")
    with pytest.raises(KeyMissing):  # nor can it be had from what hashes
        Sealer(left.hash_key).unseal(sealed, bound_to="chat")


def test_a_key_that_nobody_told_of_is_looked_for_before_anything_is_given_up() -> None:
    sealed = seal(TWO, name_of(SECOND))
    sealer = Sealer(ONE, reread=lambda: TWO)

    assert sealer.unseal(sealed, bound_to="chat") == "Godmorgen"
    assert sealer.names == [name_of(FIRST), name_of(SECOND)]  # and the first still seals


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Keys.of(SECOND), "The key file now holds the key of another installation."),
        (TWO.keep_newest(), "The key file no longer holds the key that seals."),
    ],
)
def test_a_key_file_that_would_cut_us_off_is_not_taken_over(found: Keys, said: str) -> None:
    sealer = Sealer(ONE, reread=lambda: found)

    with pytest.raises(BotError, match=said):
        sealer.look_again()

    assert sealer.keys == ONE
    assert sealer.unseal(seal(ONE, name_of(FIRST)), bound_to="chat") == "Godmorgen"


def test_keys_never_show_themselves() -> None:
    shown = f"{TWO!r} {TWO} {Sealer(TWO)!r}"

    assert as_text(FIRST) not in shown
    assert repr(FIRST)[2:-1] not in shown
