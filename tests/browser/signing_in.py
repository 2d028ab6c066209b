"""Come into the console by its front page, as each role does."""

from playwright.async_api import ConsoleMessage, Page, expect

from bot.store.states import StaffRole

PASSPHRASE = "four words of nobody"
FIRST = {
    StaffRole.EDUCATOR: "Centres",
    StaffRole.STAFF: "Today",
    StaffRole.EVALUATOR: "Evaluation",
    StaffRole.ADMIN: "Today",
}


async def sign_in(page: Page, base: str, role: StaffRole) -> list[str]:
    """Sign in; give the list that fills with what the browser complains of."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(base)
    await page.get_by_label("E-mail").fill(f"{role}@example.org")
    await page.get_by_label("Passphrase").fill(PASSPHRASE)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(FIRST[role])
    return complaints
