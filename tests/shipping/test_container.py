"""Dockerfile and compose.yaml agree with the code, and give no process more than it needs."""

import re
from fnmatch import fnmatch
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import uvicorn
import yaml

from bot import VERSION
from bot.app.running import Role
from bot.settings import Settings
from bot.web import webhook
from bot.web.console.doors import FILE_BYTES
from bot.web.health import make_health
from tests.supply.locks import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "sender")
CADDYFILE = COMPOSE["configs"]["caddyfile"]["content"].replace("$$", "$")
SECRET = {"kuffert.key", "kuffert.env", "secrets/secret_key", "demo/kuffert.db", ".git/config"}


def lines_of(word: str) -> list[str]:
    """Give what follows a word of the Dockerfile's, line by line."""
    return re.findall(rf"(?m)^{word} (.+)$", DOCKERFILE)


def is_sent(path: str) -> bool:
    """Say whether a file is sent to the builder: the last pattern that fits decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        parts = ["/".join(path.split("/")[: n + 1]) for n in range(path.count("/") + 1)]
        if pattern and any(fnmatch(each, pattern) for each in parts):
            sent = line.startswith("!")
    return sent


def sizes_in(text: str) -> dict[str, int]:
    """Give how many bytes the web server lets through to each kind of path."""
    found = re.findall(r"request_body @(\w+) \{\s+max_size (\d+)MB", text)
    return {name: int(size) * 1_000_000 for name, size in found}


def test_the_image_bears_this_version() -> None:
    assert f'image.version="{VERSION}"' in DOCKERFILE


def test_what_is_installed_is_locked_and_never_compiled() -> None:
    installs = [each for each in lines_of("RUN") if " install " in each and "pip" in each]

    assert len(installs) == 2
    for line in installs:
        assert {"--require-hashes", "--no-deps", "--only-binary", ":all:"} <= set(line.split())


def test_both_targets_are_made_and_none_runs_as_root() -> None:
    stages = dict(reversed(each.split(" AS ")) for each in lines_of("FROM"))

    assert list(stages)[-1] == "bot"  # what a build without a target gives
    assert stages["bot"] == stages["evaluation"] == "room"
    assert lines_of("USER") == ["10001:10001"]
    room = DOCKERFILE.index(" AS room")
    assert DOCKERFILE.index("USER 10001:10001") > room > DOCKERFILE.index("binutils")


def test_what_the_builder_copies_is_sent_to_it_and_secrets_are_not() -> None:
    sources = [each.split()[0] for each in lines_of("COPY") if not each.startswith("--from")]

    assert {"requirements.txt", "LICENSE", "bot", "content", "locales"} == set(sources)
    assert [each for each in sources if not is_sent(each)] == []
    assert is_sent("bot/report/requirements.txt")
    assert not is_sent("bot/__pycache__")
    assert [each for each in SECRET | {"tests/conftest.py"} if is_sent(each)] == []


def test_the_image_asks_itself_whether_it_is_ready() -> None:
    [check] = lines_of("HEALTHCHECK")

    paths = {getattr(route, "path", "") for route in make_health(None).routes}  # type: ignore[arg-type]
    assert re.findall(r"\}(/\w+)", check) == ["/readyz"]
    assert "/readyz" in paths


@pytest.mark.parametrize("name", OURS)
def test_a_process_may_write_nothing_but_its_folders_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in service


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_there_is_and_secrets_come_as_files(name: str) -> None:
    environment = SERVICES[name]["environment"]
    known = {f"KUFFERT_{each}".upper() for each in Settings.model_fields}
    files = {v for k, v in environment.items() if k.endswith("_FILE")}

    assert environment.keys() <= known
    assert files == {f"/run/secrets/{each}" for each in SERVICES[name]["secrets"]}
    assert set(SERVICES[name]["secrets"]) <= COMPOSE["secrets"].keys()
    secret = {each.removesuffix("_FILE") for each in known if each.endswith("_FILE")}
    assert not secret & environment.keys()


def test_tables_are_brought_to_this_version_before_anything_runs() -> None:
    assert SERVICES["migrate"]["command"] == ["db", "upgrade"]
    for name in ("web", "sender"):
        after = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert after == "service_completed_successfully"
        assert SERVICES[name]["command"] == ["run", "--role", Role(name).value]


def test_only_the_web_server_is_open_to_the_world_and_only_its_word_counts() -> None:
    address = SERVICES["proxy"]["networks"]["edge"]["ipv4_address"]
    [network] = COMPOSE["networks"]["edge"]["ipam"]["config"]

    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]
    assert ip_address(address) in ip_network(network["subnet"])
    assert SERVICES["web"]["environment"]["KUFFERT_PROXIES"] == address
    assert "trusted_proxies" not in CADDYFILE  # what a visitor tells of itself is dropped
    assert SERVICES["db"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_web_server_keeps_counts_and_health_inside_and_lets_through_what_we_take() -> None:
    [inside] = re.findall(r"@inside path (.+)", CADDYFILE)
    most = sizes_in(CADDYFILE)

    assert inside.split() == ["/metrics*", "/healthz*", "/readyz*"]
    assert webhook.MOST_BYTES <= most["telegram"] < 2 * webhook.MOST_BYTES
    assert FILE_BYTES < most["others"] < 1.1 * FILE_BYTES  # a form has more than its file


def test_the_web_server_lets_go_of_a_connection_before_the_bot_does() -> None:
    [seconds] = re.findall(r"keepalive (\d+)s", CADDYFILE)
    ours = uvicorn.Config(app="", forwarded_allow_ips="").timeout_keep_alive

    assert int(seconds) < ours
