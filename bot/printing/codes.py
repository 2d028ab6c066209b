"""The QR code that opens a card."""

import io

import segno


def render_qr(link: str) -> str:
    """Draw a link as a QR code: SVG text, one unit a module, in the colour of its surroundings."""
    drawn = io.BytesIO()
    segno.make_qr(link, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, border=2, omitsize=True
    )
    return drawn.getvalue().decode()
