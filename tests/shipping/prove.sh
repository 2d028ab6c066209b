#!/bin/sh
# Builds the Dockerfile and runs what it makes, where there is no Docker and no registry of images:
# as root, with Debian's debootstrap, buildah, podman and runc. Ten minutes; 3 GB in FOLDER.
#
#     tests/shipping/prove.sh FOLDER
#
# In place of python:3.13-slim-trixie stands Debian trixie with its own Python 3.13, which is larger.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
mkdir -p "$1" && cd "$1"
folder=$(pwd)
stored="--storage-driver overlay --root $folder/store --runroot $folder/running"
engine="podman $stored --cgroup-manager cgroupfs --runtime runc"
run="$engine run --rm --no-healthcheck --ulimit nofile=4096:4096 --ulimit nproc=1000:1000 --read-only
    --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges"
base=docker.io/library/python:3.13-slim-trixie

say() { echo "== $*"; }

say "a base"
[ -d base ] || debootstrap --variant=minbase \
    --include=python3,python3-venv,python3-pip,ca-certificates trixie base > base.log
ln -sf /usr/bin/python3 base/usr/local/bin/python
rm -rf base/var/cache/apt/archives/*.deb base/var/lib/apt/lists/*
tar -C base -c . | $engine import - $base > /dev/null 2>&1
base_bytes=$($engine inspect --format '{{.Size}}' $base)

for target in bot evaluation; do
    say "target $target"
    buildah $stored bud --layers --isolation chroot --format docker --pull=never --target $target \
        --volume /etc/ssl/certs:/etc/ssl/certs:ro -t kuffert:$target "$here" > $target.log 2>&1
    bytes=$($engine inspect --format '{{.Size}}' kuffert:$target)
    say "$(((bytes - base_bytes) / 1000000)) MB on top of the base's $((base_bytes / 1000000)) MB"
done

say "who it is, what it may do and write, what it could compile with"
$run --network none --entrypoint sh kuffert:bot -c '
    id -u; grep -E "CapEff|NoNewPrivs" /proc/self/status
    for place in / /app /usr /opt/kuffert; do
        if touch "$place/x" 2>/dev/null; then echo "$place can be written"; exit 1; fi
    done
    touch /data/x /tmp/x
    for tool in gcc cc g++ clang ld as make strip rustc; do
        if command -v $tool; then exit 1; fi
    done'

say "it looks for a Bot API, and stops in one line"
key=$($run --network none --entrypoint python kuffert:bot -c \
    'from bot.core.sealing import draw_key; print(draw_key())')
$run --network none -e KUFFERT_SECRET_KEY="$key" -e KUFFERT_TELEGRAM_TOKEN=1:none \
    -e KUFFERT_TELEGRAM_API=http://127.0.0.1:9 kuffert:bot 2>&1 | tee said.txt || true
grep -q "The Bot API cannot be reached" said.txt

say "a report and every kind of export"
$run --network none -e KUFFERT_SECRET_KEY="$key" --entrypoint sh kuffert:evaluation -c '
    kuffert report --example --out /tmp/out && kuffert centre add sun Sun --zone Europe/Copenhagen \
        --language en && printf "birth_month,home_language\n2022-05,ar\n" > /tmp/list.csv &&
    kuffert roster import /tmp/list.csv --centre sun --out /tmp/coded.csv &&
    kuffert export /tmp/rows --format parquet --format dta --format sav && ls /tmp/out /tmp/rows/*.sav'

say "the bot runs and answers on /readyz, with a stand-in for Telegram that the image brings along"
$run --network none -e KUFFERT_SECRET_KEY="$key" -e KUFFERT_TELEGRAM_TOKEN=1000001:sandbox \
    -e KUFFERT_TELEGRAM_API=http://127.0.0.1:8190 --entrypoint sh kuffert:bot -c '
    python -c "
import asyncio
from bot.app.clocks import SystemClock
from bot.sandbox.server import serve
from bot.sandbox.state import Sandbox

async def stand_in():
    await serve(Sandbox(SystemClock()), port=8190)
    await asyncio.Event().wait()

asyncio.run(stand_in())" &
    sleep 5; kuffert run & bot=$!
    for second in $(seq 60); do
        sleep 1
        python -c "
from urllib.request import urlopen
print(urlopen(\"http://127.0.0.1:8081/readyz\").read().decode())" 2>/dev/null && break
    done
    [ "$second" -lt 60 ] && kill $bot && wait $bot'
say "all of it holds"
