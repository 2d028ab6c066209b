"""The key file: changed in one step, for the same readers, and never into something else."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.key_file import change_key_file
from bot.core.sealing import Keys, as_text, format_keys
from bot.errors import BotError
from bot.settings import Settings
from tests.town import town_settings

FIRST, SECOND = b"1" * 32, b"2" * 32


def settings_of(path: Path) -> Settings:
    settings = town_settings("sqlite://")
    settings.secret_key, settings.secret_key_file = None, path
    return settings


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "kuffert.key"
    path.write_text(as_text(FIRST) + "\n")
    path.chmod(0o600)
    return path


def test_a_change_keeps_what_was_there_and_leaves_nothing_beside_it(key_file: Path) -> None:
    (key_file.parent / "kuffert.key.new").write_text("of one that was killed")

    keys = change_key_file(settings_of(key_file), lambda keys: keys.add(SECOND))

    assert (
        key_file.read_text() == format_keys(keys) == f"{as_text(FIRST)}\nseal {as_text(SECOND)}\n"
    )
    assert list(key_file.parent.iterdir()) == [key_file]


@pytest.mark.parametrize(("before", "after"), [(0o600, 0o600), (0o644, 0o640), (0o400, 0o600)])
def test_nobody_can_read_it_who_could_not_before(key_file: Path, before: int, after: int) -> None:
    key_file.chmod(before)

    change_key_file(settings_of(key_file), lambda keys: keys.add(SECOND))

    assert stat.S_IMODE(key_file.stat().st_mode) == after


def test_a_link_stays_a_link(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.key"
    link.symlink_to(key_file)

    change_key_file(settings_of(link), lambda keys: keys.add(SECOND))

    assert link.is_symlink()
    assert len(settings_of(key_file).read_key().secrets) == 2


def test_a_change_that_is_refused_changes_nothing(key_file: Path) -> None:
    def refuse(keys: Keys) -> Keys:
        raise BotError("no")

    with pytest.raises(BotError, match="no"):
        change_key_file(settings_of(key_file), refuse)

    assert key_file.read_text() == as_text(FIRST) + "\n"


def test_a_key_in_a_setting_is_not_changed(key_file: Path) -> None:
    settings = settings_of(key_file)
    settings.secret_key = SecretStr(as_text(FIRST))

    with pytest.raises(BotError, match="The key stands in KUFFERT_SECRET_KEY"):
        change_key_file(settings, lambda keys: keys.add(SECOND))
