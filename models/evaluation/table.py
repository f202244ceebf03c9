"""The report as text for a terminal."""

from collections.abc import Iterator

from models.evaluation.bars import COUNTS, CPU_MS, MS
from models.evaluation.report import BarResult, Clip, CountRow, Report, Row, Scored, SetReport, Time


def lines(report: Report) -> Iterator[str]:
    """Yield the report, line by line."""
    model, machine = report.model, report.machine
    yield f"model {model.name} {model.release} {model.sha256[:12]} · {machine.processor}, {machine.cores} inti / cores"
    yield f"dasar / baseline: {report.settings.baseline}"
    yield f"produk / product: {report.settings.product}"
    for one in report.sets:
        yield ""
        yield from _set(one, report.settings.operating_score)
    for words in report.passed_over:
        yield f"dilewati / passed over: {words}"
    if report.bars:
        yield ""
        yield f"{'batas / bar':<52}{'ukuran / measured':>20}"
    for bar in report.bars:
        yield f"  {bar.set_name + ': ' + bar_words(bar):<50}{bar_value(bar):>20}  {verdict(bar)}"


def bar_words(bar: BarResult) -> str:
    """Return what a bar asks for."""
    if bar.what in (MS, CPU_MS):
        return f"{bar.what}, × ≤ {bar.limit:g}"
    if bar.what == COUNTS:
        return f"hitungan / counts, ± ≤ {bar.limit:g}"
    return f"{bar.what}, ≥ {points(bar.limit)}"


def bar_value(bar: BarResult) -> str:
    """Return what was measured for a bar; a dash where nothing was."""
    if bar.value is None:
        return "–"
    if bar.what in (MS, CPU_MS):
        return f"× {bar.value:.2f}"
    return f"{bar.value:g}" if bar.what == COUNTS else points(bar.value)


def verdict(bar: BarResult) -> str:
    """Return whether a bar is reached."""
    if bar.value is None:
        return "GAGAL / MISS (tidak ada yang menjawab / nothing answers)"
    return "lulus / pass" if bar.is_met else "GAGAL / MISS"


def _set(one: SetReport, score: float) -> Iterator[str]:
    yield f"{one.name}: {one.pictures} gambar / pictures, {one.boxes} kotak / boxes, {len(one.clips)} klip / clips"
    if one.rows:
        yield (
            f"  {'':<29}{'kotak':>6} {'skema':<9}{'AP50':>6}{'recall':>8}{'presisi':>8}"
            f"{'recall @ presisi':>18}{'selisih':>9}"
        )
        yield (
            f"  {'':<29}{'boxes':>6} {'scheme':<9}{'':>6}{'@ ' + part(score):>8}{'@ ' + part(score):>8}"
            f"{'@ precision':>18}{'points':>9}"
        )
    for row in one.rows:
        yield from _row(row)
    if one.time is not None:
        yield f"  {time_words(one.time)}"
    for clip in one.clips:
        yield from _clip(clip)
    for remark in one.remarks:
        yield f"  ! {remark}"


def _row(row: Row) -> Iterator[str]:
    baseline, product = _scored(row.baseline, row), _scored(row.product, row)
    yield f"  {row.question:<29}{row.truths:>6} {'dasar':<9}{baseline}"
    yield f"  {'':<29}{'':>6} {'produk':<9}{product}{points(row.gain_points):>9}"


def _scored(scored: Scored, row: Row) -> str:
    compared = f"{part(scored.recall_at_precision)} @ {part(row.at_precision)}"
    return f"{part(scored.ap50):>6}{part(scored.recall):>8}{part(scored.precision):>8}{compared:>18}"


def time_words(time: Time) -> str:
    """Return the milliseconds in a sentence."""
    return (
        f"ms per gambar / per picture, median: dasar / baseline {time.baseline_ms:.0f}, produk / product "
        f"{time.product_ms:.0f}, × {time.ratio:.2f}; ms prosesor / of processor time: {time.baseline_cpu_ms:.0f}, "
        f"{time.product_cpu_ms:.0f}, × {time.cpu_ratio:.2f}"
    )


def _clip(clip: Clip) -> Iterator[str]:
    rate = "?" if clip.frame_rate is None else f"{clip.frame_rate:.1f}"
    yield (
        f"  {clip.clip} {clip.first_frame}-{clip.last_frame}: {clip.frames} bingkai / frames, {rate}/s, "
        f"{clip.median_ms:.0f} ms{''.join(f', ! {doubt}' for doubt in clip.doubts)}"
    )
    for row in (*clip.by_class, *clip.together):
        yield f"    {row.line} {row.direction:<6}{'+'.join(row.labels):<16}{count_words(row)}"


def count_words(row: CountRow) -> str:
    """Return truth, found and error of a count."""
    truth = str(row.truth) if row.least == row.most else f"{row.truth} ({row.least}-{row.most})"
    return f"benar / truth {truth}, terhitung / counted {row.found}, selisih / error {signed(row.error)}"


def points(value: float | None) -> str:
    """Return a gain in points with its sign; a dash for none."""
    return "–" if value is None else f"{value:+.1f}"


def signed(value: int) -> str:
    """Return an error with its sign; 0 has none."""
    return f"{value:+d}" if value else "0"


def part(value: float | None) -> str:
    """Return a part of one as figures of detectors are written, .53; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:.2f}"
    return text[1:] if text.startswith("0.") else text
