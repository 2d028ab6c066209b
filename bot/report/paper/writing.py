"""Write the report as one page and as a PDF, both set from the same blocks."""

import json
import shutil
from dataclasses import asdict
from errno import EISDIR
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from bot.errors import BotError
from bot.printing.typesetting import find_fonts
from bot.report.estimates.pre_post import SENTENCE
from bot.report.findings import Findings
from bot.report.paper.blocks import Block, Document
from bot.report.paper.brief import tell_brief
from bot.report.paper.closing import tell_costs, tell_methods
from bot.report.paper.drawing import load_template
from bot.report.paper.effects import tell_effects, tell_gaps
from bot.report.paper.speech import Speech
from bot.report.paper.taking_part import (
    tell_balance,
    tell_doses,
    tell_engagement,
    tell_flow,
    tell_funnel,
    tell_linkages,
)

PAGES = Path(__file__).parent / "pages"
PAGE, PAPER = "report.html", "report.pdf"
NAMESPACE = '<svg xmlns="http://www.w3.org/2000/svg"'  # a page knows it, a file has to say it


def write_document(findings: Findings, folder: Path, *, language: str) -> list[Path]:
    """Write `report.html` and `report.pdf` into a folder, both or neither; give their paths.

    Raise BotError for a language that the report is not written in, or a folder that cannot be
    written to.
    """
    document = compose(findings, language=language)
    contents = {PAGE: render_page(document).encode(), PAPER: typeset_paper(document)}
    written = {folder / name: folder / f".{name}.new" for name in contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for (_path, beside), content in zip(written.items(), contents.values(), strict=True):
            beside.write_bytes(content)
        if blocked := [path for path in written if path.is_dir()]:
            raise IsADirectoryError(EISDIR, f"{blocked[0].name} is a folder there")
        for path, beside in written.items():
            beside.replace(path)
    except OSError as error:
        for beside in written.values():
            beside.unlink(missing_ok=True)
        raise BotError(
            f"The report cannot be written to {folder}: {error.strerror}. Use another folder."
        ) from error
    return list(written)


def compose(findings: Findings, *, language: str) -> Document:
    """Put the whole report into the words of a language."""
    speech = Speech(language)
    is_drawn = findings.methods.drawing is not None
    tellers = [tell_brief, tell_flow, tell_linkages, tell_balance, tell_effects]
    tellers += [tell_gaps] if findings.comparisons else []
    tellers += [tell_doses, tell_engagement, tell_funnel, tell_costs, tell_methods]
    kind = "Report of a trial with arms that were drawn" if is_drawn else "Report without arms"
    if is_drawn and findings.methods.drawing and findings.methods.drawing.unit != "child":
        kind = "Report of a cluster-randomised trial"
    made = speech.say("as of {day}", day=speech.moment(findings.made_at))
    banner = speech.say(
        "The data in this report are simulated. They say nothing of any child, family or centre."
    )
    return Document(
        language=language,
        title=findings.title,
        subtitle=f"{speech.say(kind)}, {made}" + ("" if is_drawn else f". {speech.tell(SENTENCE)}"),
        banner=banner if findings.study.simulated else "",
        contents=speech.say("Contents"),
        page=speech.say("Page"),
        sections=[tell(findings, speech) for tell in tellers],
    )


def render_page(document: Document) -> str:
    """Give the report as one HTML page, with nothing outside it."""
    return load_template("report.html.jinja").render(
        document=document, style=(PAGES / "report.css").read_text(encoding="utf-8")
    )


def typeset_paper(document: Document) -> bytes:
    """Set the report as PDF; the same document gives the same bytes."""
    content = show_document(document)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(PAGES / "report.typ", root)
        (root / "content.json").write_text(json.dumps(content), encoding="utf-8")
        return typst.compile(root / "report.typ", root=root, font_paths=find_fonts())


def show_document(document: Document) -> dict[str, Any]:
    """Give a document as the PDF's template takes it."""
    shown = asdict(document)
    shown["sections"] = [
        {"title": section.title, "blocks": [show_block(block) for block in section.blocks]}
        for section in document.sections
    ]
    return shown


def show_block(block: Block) -> dict[str, Any]:
    """Give a block as the PDF's template takes it."""
    shown = {**asdict(block), "kind": block.kind}
    if "svg" in shown:
        shown["svg"] = shown["svg"].replace("<svg", NAMESPACE, 1)
    return shown
