"""The report as one HTML page that needs nothing else: no script, no font, no picture from anywhere.

Indonesian first, then English, as everywhere. The same page reads on a telephone and on a wall: columns of figures
stack on a narrow one.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from models.evaluation.drawing import drawn
from models.evaluation.figures import Answer
from models.evaluation.pictures import UnreadablePictureError
from models.evaluation.plot import plotted
from models.evaluation.report import Clip, CountRow, Report, Row, SetReport
from models.evaluation.table import bar_value, bar_words, part, points, signed, time_words, verdict
from models.evaluation.worst import BadPicture

_STYLE = Path(__file__).with_name("page.css")
_COUNT_HEADS = (
    "klip, garis / clip, line",
    "arah / direction",
    "kelas / class",
    "benar / truth",
    "terhitung / counted",
    "selisih / error",
)
_FIGURE_HEADS = (
    "kelas / class",
    "kotak / boxes",
    "AP50",
    "recall",
    "presisi / precision",
    "recall @ presisi",
    "selisih / gain",
)
_BAR_HEADS = ("set", "batas / bar", "ukuran / measured", "hasil / result")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Illustrations:
    """What a page shows of a set beside its figures."""

    answers: Sequence[Answer]
    worst: Sequence[BadPicture]


def page(report: Report, shown: Mapping[str, Illustrations]) -> str:
    """Return the page.

    Args:
        report: all figures.
        shown: by the set's name.
    """
    made = datetime.datetime.fromtimestamp(report.made_ms / 1000, datetime.UTC)
    body = "\n".join(
        [*_head(report, made), *_bars(report), *(_set(one, shown[one.name]) for one in report.sets), *_foot(report)],
    )
    style = _STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="id">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>Penilaian / evaluation: {escape(report.model.name)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(report: Report, made: datetime.datetime) -> Iterator[str]:
    model, settings = report.model, report.settings
    yield f"<h1>Penilaian model <b>{escape(model.name)} {escape(model.release)}</b> <i>evaluation</i></h1>"
    yield (
        f'<p class="lead">{made:%Y-%m-%d %H:%M} UTC · {escape(report.task)} · '
        f"<code>{escape(model.sha256[:12])}</code></p>"
    )
    yield (
        f'<dl><dt class="baseline">dasar / baseline</dt><dd>{escape(settings.baseline)}</dd>'
        f'<dt class="product">produk / product</dt><dd>{escape(settings.product)}</dd>'
        f"<dt>AP50</dt><dd>{escape(settings.interpolation)}, IoU {part(settings.iou)}, "
        f"skor dari / score from {part(settings.score_from)}</dd>"
        f"<dt>recall, presisi</dt><dd>pada skor / at score {part(settings.operating_score)}; "
        "● di kurva / on the curve</dd>"
        "<dt>selisih / gain</dt><dd>recall produk dikurangi dasar pada presisi yang sama, dalam poin / recall of the "
        "product less that of the baseline at the same precision, in points</dd></dl>"
    )


def _bars(report: Report) -> Iterator[str]:
    if not report.bars:
        return
    yield "<section><h2>Batas <i>bars</i></h2><table><thead><tr>"
    yield "".join(f'<th scope="col">{one}</th>' for one in _BAR_HEADS)
    yield "</tr></thead><tbody>"
    for bar in report.bars:
        cells = zip(_BAR_HEADS[1:], (bar_words(bar), bar_value(bar), verdict(bar)), strict=True)
        sign = "up" if bar.is_met else "down"
        told = "".join(f'<td data-name="{head}" class="{sign}">{escape(words)}</td>' for head, words in cells)
        yield f'<tr><th scope="row">{escape(bar.set_name)}</th>{told}</tr>'
    yield "</tbody></table></section>"


def _set(one: SetReport, shown: Illustrations) -> str:
    size = f"{one.pictures} gambar / pictures, {one.boxes} kotak / boxes, {len(one.clips)} klip / clips"
    parts = [f"<section><h2>{escape(one.name)}</h2><p>{size}</p>"]
    parts += [f'<p class="remark">{escape(remark)}</p>' for remark in one.remarks]
    if one.rows:
        parts.append(_figures(one.rows))
    if one.time is not None:
        parts.append(f"<p>{escape(time_words(one.time))}</p>")
    if one.clips:
        parts.append(_counts(one.clips))
    if shown.answers:
        plots = "".join(
            f"<figure><figcaption>{escape(answer.question.title)}</figcaption>{plotted(answer)}</figure>"
            for answer in shown.answers
        )
        parts.append(f'<div class="plots">{plots}</div>')
    if shown.worst:
        parts.append(_worst(shown.worst))
    return "\n".join([*parts, "</section>"])


def _figures(rows: Sequence[Row]) -> str:
    head = "".join(f'<th scope="col">{one}</th>' for one in _FIGURE_HEADS)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(_figure_row, rows))}</tbody></table>"


def _figure_row(row: Row) -> str:
    baseline, product = row.baseline, row.product
    pairs = (
        ("AP50", part(baseline.ap50), part(product.ap50)),
        ("recall", part(baseline.recall), part(product.recall)),
        ("presisi / precision", part(baseline.precision), part(product.precision)),
        (
            f"recall @ presisi {part(row.at_precision)}",
            part(baseline.recall_at_precision),
            part(product.recall_at_precision),
        ),
    )
    cells = "".join(_pair(*pair) for pair in pairs)
    gain = row.gain_points or 0.0
    sign = "up" if gain > 0 else "down" if gain < 0 else "same"
    return (
        f'<tr><th scope="row">{escape(row.title)}</th><td data-name="kotak / boxes">{row.truths}</td>{cells}'
        f'<td data-name="selisih / gain" class="{sign}">{points(row.gain_points)}</td></tr>'
    )


def _pair(name: str, baseline: str, product: str) -> str:
    return (
        f'<td data-name="{escape(name)}"><span class="baseline">{baseline}</span> '
        f'<span class="product">{product}</span></td>'
    )


def _counts(clips: Sequence[Clip]) -> str:
    head = "".join(f'<th scope="col">{one}</th>' for one in _COUNT_HEADS)
    rows = "".join(
        _count_row(clip, row, is_together=row in clip.together)
        for clip in clips
        for row in (*clip.by_class, *clip.together)
    )
    doubts = "".join(
        f'<p class="remark">{escape(clip.clip)}: {escape(", ".join(clip.doubts))}</p>' for clip in clips if clip.doubts
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{doubts}"


def _count_row(clip: Clip, row: CountRow, *, is_together: bool) -> str:
    truth = str(row.truth) if row.least == row.most else f"{row.truth} ({row.least}–{row.most})"
    sign = "up" if row.error == 0 else "down"
    return (
        f'<tr{" class=together" if is_together else ""}><th scope="row">{escape(clip.clip)} '
        f"{clip.first_frame}–{clip.last_frame}, {escape(row.line)}</th>"
        f'<td data-name="arah / direction">{escape(row.direction)}</td>'
        f'<td data-name="kelas / class">{escape("+".join(row.labels))}</td>'
        f'<td data-name="benar / truth">{truth}</td><td data-name="terhitung / counted">{row.found}</td>'
        f'<td data-name="selisih / error" class="{sign}">{signed(row.error)}</td></tr>'
    )


def _worst(worst: Sequence[BadPicture]) -> str:
    figures = []
    for bad in worst:
        try:
            picture = drawn(bad)
        except UnreadablePictureError as exc:
            picture = f'<p class="remark">{escape(str(exc))}</p>'
        figures.append(
            f"<figure>{picture}<figcaption>{escape(bad.picture.name)}: {bad.missed} terlewat / missed, "
            f"{bad.false} salah / false</figcaption></figure>"
        )
    return (
        "<h3>Gambar terburuk <i>worst pictures, product</i></h3>"
        "<p>M motor / motorcycle, K kendaraan / car, bus, truck, O orang / person, S sepeda / bicycle, "
        "P perahu / boat; angka = skor / number = score</p>"
        '<p class="legend"><span class="found">ditemukan / found</span> <span class="missed">terlewat / missed</span> '
        '<span class="false">salah / false</span></p>'
        f'<div class="pictures">{"".join(figures)}</div>'
    )


def _foot(report: Report) -> Iterator[str]:
    machine, model = report.machine, report.model
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    yield from (f'<p class="remark">dilewati / passed over: {escape(words)}</p>' for words in report.passed_over)
    yield (
        f"<footer><p>{escape(machine.processor)}, {machine.cores} inti / cores, {escape(machine.system)}; Jagawai "
        f"{escape(machine.software)}; {escape(libraries)}</p><p>{escape(model.name)} {escape(model.release)}, "
        f"{escape(model.licence)}, sha256 <code>{escape(model.sha256)}</code></p>"
        "<p>Orang dan pelat yang dilabeli atau ditemukan dibuat tak terbaca; yang tidak, hanya diperkecil: periksa "
        "sebelum dibagikan. / Persons and plates that are labelled or found are made unreadable; others are only made "
        "small: look before you pass this page on.</p></footer>"
    )
