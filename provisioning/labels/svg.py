"""The sheet as SVG. Each text is fitted to the width it was laid out with, whatever font the reader has."""

from xml.sax.saxutils import escape

from provisioning.labels.sheet import PAGE_MM, PT_MM, Font, Sheet, Words

_FACES: dict[Font, str] = {
    "Helvetica": 'font-family="Helvetica,Arial,sans-serif"',
    "Helvetica-Bold": 'font-family="Helvetica,Arial,sans-serif" font-weight="bold"',
    "Courier-Bold": 'font-family="Courier,\'Courier New\',monospace" font-weight="bold"',
}


def drawn(sheet: Sheet) -> bytes:
    """Return the sheet as an SVG file; one unit is 1 mm."""
    width, height = PAGE_MM
    left, top, cut_width, cut_height = sheet.cut_mm
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm"'
            f' viewBox="0 0 {width:g} {height:g}">'
        ),
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
        (
            f'<rect x="{left:g}" y="{top:g}" width="{cut_width:g}" height="{cut_height:g}" fill="none" stroke="#000"'
            ' stroke-width="0.25" stroke-dasharray="2 1.5"/>'
        ),
        _symbol(sheet),
        *(_text(words) for words in sheet.words),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _symbol(sheet: Sheet) -> str:
    left, top, width = sheet.qr_mm
    path = "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in sheet.symbol.bars())
    scale = sheet.symbol.module_mm(width)
    return (
        f'<path transform="translate({left:g} {top:g}) scale({scale:.6f})" d="{path}" fill="#000"'
        ' shape-rendering="crispEdges"/>'
    )


def _text(words: Words) -> str:
    return (
        f'<text x="{words.x_mm:g}" y="{words.baseline_mm:g}" font-size="{words.size_pt * PT_MM:.3f}"'
        f' {_FACES[words.font]} textLength="{words.width_mm:.3f}" lengthAdjust="spacingAndGlyphs"'
        f' xml:space="preserve">{escape(words.text)}</text>'
    )
