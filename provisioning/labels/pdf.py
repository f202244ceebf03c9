"""The sheet as PDF, with the fonts that every reader and printer has; the same sheet gives the same bytes."""

import io

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from provisioning.labels.sheet import PAGE_MM, Sheet


def drawn(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF file of one A4 page."""
    width, height = PAGE_MM
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(width * mm, height * mm), invariant=True)
    canvas.setTitle("Jagawai: label klaim")
    left, top, cut_width, cut_height = sheet.cut_mm
    canvas.setLineWidth(0.7)
    canvas.setDash(5, 4)
    canvas.rect(left * mm, (height - top - cut_height) * mm, cut_width * mm, cut_height * mm)
    _draw_symbol(canvas, sheet)
    for words in sheet.words:
        canvas.setFont(words.font, words.size_pt)
        canvas.drawString(words.x_mm * mm, (height - words.baseline_mm) * mm, words.text)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_symbol(canvas: Canvas, sheet: Sheet) -> None:
    """Fill all dark modules as one path, so that no reader draws hairlines between them."""
    left, top, width = sheet.qr_mm
    module = sheet.symbol.module_mm(width)
    path = canvas.beginPath()
    for column, row, length in sheet.symbol.bars():
        bottom = PAGE_MM[1] - top - (row + 1) * module
        path.rect((left + column * module) * mm, bottom * mm, length * module * mm, module * mm)
    canvas.drawPath(path, stroke=0, fill=1)
