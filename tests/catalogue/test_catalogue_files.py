"""A catalogue's files come back as they were, under a name that is theirs alone."""

from pathlib import Path

import pytest

from bot.catalogue.files import pack, read_folder, unpack, version_of
from bot.errors import FileRefused


def test_hidden_files_compiled_words_and_leftovers_are_left_out(
    folder: Path, files: dict[str, bytes]
) -> None:
    for name in (".hidden", ".git/config", "en.md~", "old.bak", ".en.md.swp", "new.tmp"):
        path = folder / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"not ours")
    for name in ("bot.mo", "bot.pot"):
        (folder / "locales/en/LC_MESSAGES" / name).write_bytes(b"not ours")

    again = read_folder(folder / "content", folder / "locales")

    assert again == files


@pytest.mark.parametrize("missing", ["content", "locales"])
def test_a_missing_folder_is_named(folder: Path, missing: str) -> None:
    folders = {name: folder / name for name in ("content", "locales")}
    folders[missing] = folder / "nowhere"

    with pytest.raises(FileRefused) as refused:
        read_folder(folders["content"], folders["locales"])

    assert str(refused.value) == (
        f"{folder / 'nowhere'}: there is no such folder. "
        "Make it, or set KUFFERT_CONTENT and KUFFERT_LOCALES."
    )


def test_what_is_packed_comes_back_byte_for_byte(files: dict[str, bytes]) -> None:
    body = pack(files)

    assert unpack(body) == files
    assert pack(unpack(body)) == body


def test_packing_does_not_depend_on_the_order_of_the_files(files: dict[str, bytes]) -> None:
    backwards = dict(reversed(files.items()))

    assert list(backwards) != list(files)
    assert pack(backwards) == pack(files)


def test_the_version_is_the_same_for_the_same_files_in_any_order(files: dict[str, bytes]) -> None:
    backwards = dict(reversed(files.items()))

    assert version_of(backwards) == version_of(files)
    assert len(version_of(files)) == 64
    assert set(version_of(files)) <= set("0123456789abcdef")


def test_the_version_changes_with_any_byte_of_any_file(files: dict[str, bytes]) -> None:
    versions = {version_of(files)}
    changed = 0
    for name, content in files.items():
        for place in range(len(content)):
            other = bytes([content[place] ^ 1])
            versions.add(version_of(files | {name: content[:place] + other + content[place + 1 :]}))
            changed += 1

    assert len(versions) == changed + 1


def test_the_version_changes_with_a_name_and_with_where_one_file_ends() -> None:
    variants = [
        {"content/a": b"xy"},
        {"content/b": b"xy"},
        {"content/a": b"x", "content/b": b"y"},
        {"content/a": b"xy", "content/b": b""},
        {"content/a": b"", "content/b": b"xy"},
        {"content/a": b"", "content/b": b""},
        {"content/a": b"content/b"},
        {},
    ]

    assert len({version_of(each) for each in variants}) == len(variants)
