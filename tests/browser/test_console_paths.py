"""Each role's main path through the console in a real browser, from signing in on."""

import hashlib
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.async_api import Download, Page, expect

from bot.catalogue.files import pack
from bot.core.codes import has_right_check
from bot.store import centres, snapshots
from bot.store.states import DeliveryKind, DeliveryStatus, StaffRole
from tests.browser.signing_in import sign_in
from tests.shipped import shipped_files
from tests.town import PATIENCE, Town

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
ROSTER = "study_code,birth_month,home_language,level,baseline,disadvantage\n,2022-05,ar,,12,low\n"
WRONG = f"{ROSTER},2022-99,pl,,x,low\n"
WIDE = {"width": 1280, "height": 900}


async def fetch(page: Page, name: str) -> Download:
    """Press a button, or follow a link, whose answer is a file."""
    async with page.expect_download() as fetched:
        await page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).click()
    return await fetched.value


# Educators


async def test_an_educator_sees_how_far_the_own_centre_is_and_nothing_to_change(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await sign_in(page, address, StaffRole.EDUCATOR)

    await page.get_by_role("link", name="Solsikken").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Solsikken")
    await expect(page.get_by_role("table")).to_contain_text("consented")
    await expect(page.get_by_text("is suppressed: it rests on fewer than five")).to_be_visible()
    await expect(page.locator("main form")).to_have_count(0)
    refused = await page.context.request.get(f"{address}/inbox")
    assert refused.status == 403
    assert "This page is not for your role." in await refused.text()


# Programme staff


async def test_staff_open_a_centre_and_hand_out_its_cards(
    base: tuple[Town, str], page: Page, tmp_path: Path
) -> None:
    town, address = base
    await sign_in(page, address, StaffRole.STAFF)

    await page.get_by_role("link", name="Centres").click()
    await page.get_by_label("Name").fill("Regnbuen")
    await page.get_by_label("Short code").fill("regnbuen")
    await page.get_by_label("Language it works in").select_option("da")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("status")).to_have_text("The centre is added.")
    await page.get_by_role("link", name="Print, make, replace and revoke cards").click()
    await page.get_by_label("How many").fill("3")
    await page.locator("form[action$='/cards/new'] select").select_option("tr")
    await page.get_by_role("button", name="Make them").click()
    await expect(page.get_by_role("status")).to_have_text("The cards are made.")
    archive, listed = tmp_path / "cards.zip", tmp_path / "cards.csv"
    await (await fetch(page, "Make the PDFs")).save_as(archive)
    await (await fetch(page, "As a list (CSV)")).save_as(listed)

    with ZipFile(archive) as made:
        assert made.namelist() == ["cards-1.pdf", "letters-1.pdf"]
    card, study_code, _link = listed.read_text("utf-8-sig").splitlines()[1].split(",")
    assert has_right_check(card)
    await page.get_by_label("The child's study code").fill(study_code)
    await page.get_by_role("button", name="Make a new card").click()
    await expect(page.get_by_role("status")).to_contain_text("The new card.")
    assert (await fetch(page, "Print this card")).suggested_filename == "cards-regnbuen.zip"
    welcome = await town.phone(language="tr").start(
        listed.read_text().splitlines()[2].split(",")[0]
    )
    assert welcome.buttons


async def test_staff_are_told_of_wrong_rows_and_take_the_right_ones_in(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await sign_in(page, address, StaffRole.STAFF)
    await page.goto(f"{address}/centres/solsikken")
    chosen = {"name": "list.csv", "mimeType": "text/csv", "buffer": WRONG.encode()}

    await page.get_by_label("The school's list").set_input_files(chosen)  # type: ignore[arg-type]
    await page.get_by_label("Take the right rows in").check()
    await page.get_by_role("button", name="Take in").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("The roster is in")
    await expect(page.locator(".problems")).to_contain_text("list.csv:3")
    codes = await fetch(page, "The list with study codes (CSV)")
    assert codes.suggested_filename == "solsikken-codes.csv"
    await page.get_by_role("link", name="Solsikken").click()
    theme = page.locator("form[action$='/theme']").first
    await theme.get_by_role("textbox").fill("Vinter ❄")
    await theme.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("The theme is noted.")
    await expect(theme.get_by_role("textbox")).to_have_value("Vinter ❄")


async def test_staff_find_who_got_nothing_and_send_it_again(
    base: tuple[Town, str], page: Page
) -> None:
    town, address = base
    async with town.store.database.writing() as session:
        for each in await town.deliveries():
            if each.kind is DeliveryKind.PROGRAMME and each.status is DeliveryStatus.SENT:
                each.status, each.reason, each.message_id = DeliveryStatus.FAILED, "too late", None
                session.add(each)
    await sign_in(page, address, StaffRole.STAFF)

    await page.get_by_role("link", name="Who got nothing", exact=True).click()
    row = page.get_by_role("row").filter(has_text="too late")
    await expect(row).to_contain_text("Arabic")
    await page.get_by_label("Reason").select_option("too late")
    await page.get_by_role("button", name="Show").click()
    await row.get_by_role("button", name="Send again").click()
    await expect(page.get_by_role("status")).to_have_text("1 family gets it again.")
    await town.settle()

    again = [each for each in await town.deliveries() if each.kind is DeliveryKind.ANSWER]
    assert [each.status for each in again] == [DeliveryStatus.SENT]


async def test_staff_see_what_a_version_changed_and_go_back_to_the_one_before(
    base: tuple[Town, str], page: Page
) -> None:
    town, address = base
    changed = dict(shipped_files())
    changed["content/consent/1/en.md"] += b"\n"
    first, second = "a" * 64, "b" * 64
    async with town.store.database.writing() as session:
        for number, (version, files) in enumerate(((first, shipped_files()), (second, changed))):
            now = town.clock.now() + timedelta(minutes=number)
            await snapshots.accept_snapshot(session, version, body=pack(files), now=now)
    await sign_in(page, address, StaffRole.STAFF)

    await page.get_by_role("link", name="Content", exact=True).click()
    await page.get_by_role("link", name=second[:12]).click()
    await expect(page.get_by_role("main")).to_contain_text("content/consent/1/en.md")
    await page.get_by_role("link", name="Content", exact=True).first.click()
    page.once("dialog", lambda dialog: dialog.accept())
    row = page.get_by_role("row").filter(has_text=first[:12])
    await row.get_by_role("button", name="Run again").click()

    await expect(page.get_by_role("status")).to_contain_text("runs within five seconds")
    await expect(row).to_contain_text("runs")


async def test_staff_rehearse_a_week_of_the_programme_and_read_it(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await sign_in(page, address, StaffRole.STAFF)

    await page.get_by_role("link", name="Content", exact=True).click()
    await page.get_by_role("link", name="Rehearse it").click()
    await page.get_by_label("Finds all too hard").check()
    await page.get_by_label("Weeks").fill("1")
    await page.get_by_role("button", name="Play").click()
    await page.get_by_role("link", name="Read it").click(timeout=2 * PATIENCE * 1000)

    transcript = page.frame_locator("iframe.report")
    await expect(transcript.get_by_role("heading", level=1)).to_have_text("Finds all too hard")
    await expect(transcript.get_by_text("opens the card")).to_be_visible()


async def test_staff_hand_texts_out_and_take_a_translators_file_in(
    base: tuple[Town, str], page: Page, tmp_path: Path
) -> None:
    _, address = base
    handed, returned, bundle = (tmp_path / name for name in ("ar.po", "back.po", "bundle.zip"))
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await sign_in(page, address, StaffRole.STAFF)
    await page.goto(f"{address}/content/translations")

    await page.get_by_label("Language").select_option("ar")
    await page.locator("select[name=format]").select_option("po")
    await (await fetch(page, "Download")).save_as(handed)
    texts = handed.read_text("utf-8")
    assert texts.count("سلسلة «لأن»") == 1
    returned.write_text(texts.replace("سلسلة «لأن»", "سلسلة «لأنّ»"), "utf-8")
    await page.get_by_label("The file that came back (XLSX or PO)").set_input_files(returned)
    await page.get_by_role("button", name="Check it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Every row is right")
    name = await page.get_by_role("status").get_by_role("button").inner_text()
    await (await fetch(page, name)).save_as(bundle)

    with ZipFile(bundle) as made:
        assert made.namelist() == ["content/activities/because-chain/ar.md"]


# Evaluators


async def test_an_evaluator_reads_the_report_in_the_page_and_lets_a_program_fetch_a_file(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await sign_in(page, address, StaffRole.EVALUATOR)

    await page.get_by_role("button", name="Make the report").click()
    await page.get_by_role("link", name="Read it").click(timeout=2 * PATIENCE * 1000)
    report = page.frame_locator("iframe.report")
    await expect(report.get_by_role("heading", level=1)).to_be_visible()
    await page.get_by_role("link", name="Tokens").click()
    await page.get_by_label("Name").fill("The statistics office")
    await page.get_by_label("File").select_option("dose")
    await page.get_by_role("button", name="Make a token").click()
    token = await page.locator("code.secret").inner_text()
    fetched = await page.context.request.get(
        f"{address}/api/v1/exports/dose.csv", headers={"Authorization": f"Bearer {token}"}
    )
    assert fetched.status == 200
    assert (await fetched.text()).startswith("child,")
    await page.get_by_role("link", name="Tokens").click()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Revoke").click()
    refused = await page.context.request.get(
        f"{address}/api/v1/exports/dose.csv", headers={"Authorization": f"Bearer {token}"}
    )
    assert refused.status == 401


async def test_an_evaluator_looks_draws_once_and_then_only_reads(
    base: tuple[Town, str], page: Page, tmp_path: Path
) -> None:
    town, address = base
    async with town.store.database.writing() as session:
        for code in ("regnbuen", "broen", "skoven"):
            await centres.add_centre(
                session,
                code,
                name=code.capitalize(),
                zone="Europe/Copenhagen",
                language="da",
                now=town.clock.now(),
            )
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await sign_in(page, address, StaffRole.EVALUATOR)

    await page.get_by_role("link", name="Draw of arms").click()
    await page.get_by_label("Arm 1", exact=True).fill("now")
    await page.get_by_label("Arm 2", exact=True).fill("later")
    await page.get_by_label("Arm 2 is the control group").check()
    await page.get_by_label("Arm 2: First messages on (may be left out)").fill("2027-02-01")
    await page.get_by_role("button", name="Look first").click()
    await expect(page.get_by_role("status")).to_contain_text("possible draws: 6")
    await expect(page.get_by_text("Nothing is drawn yet.")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Draw, once and for all").click()
    await expect(page.get_by_role("status")).to_have_text("The arms are drawn.")
    await expect(page.locator("main form")).to_have_count(0)
    await (await fetch(page, "The frozen list (CSV)")).save_as(tmp_path / "arms.csv")

    listed = (tmp_path / "arms.csv").read_bytes()
    await expect(page.locator("code.digest")).to_have_text(hashlib.sha256(listed).hexdigest())
    arms = [line.rpartition(",")[2] for line in listed.decode().splitlines()[1:]]
    assert sorted(arms) == ["later", "later", "now", "now"]


# Administrators


async def test_an_administrator_lets_somebody_in_and_out_and_finds_it_in_the_trail(
    base: tuple[Town, str], page: Page
) -> None:
    _, address = base
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await sign_in(page, address, StaffRole.ADMIN)

    await page.get_by_role("link", name="Accounts").click()
    await page.get_by_label("E-mail").fill("new@example.org")
    await page.get_by_label("Role").select_option("staff")
    await page.get_by_role("button", name="Add").click()
    passphrase = await page.locator("code.secret").inner_text()
    assert page.context.browser is not None
    theirs = await page.context.browser.new_context()
    other = await theirs.new_page()
    await other.goto(address)
    await other.get_by_label("E-mail").fill("new@example.org")
    await other.get_by_label("Passphrase").fill(passphrase)
    await other.get_by_role("button", name="Sign in").click()
    await expect(other.get_by_role("heading", level=1)).to_have_text("Today")
    page.once("dialog", lambda dialog: dialog.accept())
    row = page.get_by_role("row").filter(has_text="new@example.org")
    await row.get_by_role("button", name="End").click()
    await expect(row).to_contain_text("ended on")
    await other.goto(f"{address}/today")
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    await theirs.close()
    await page.get_by_role("link", name="Audit trail").click()

    trail = page.get_by_role("table")
    await expect(trail).to_contain_text("account added")
    await expect(trail).to_contain_text("account ended")
    await expect(trail).to_contain_text("new@example.org staff")
