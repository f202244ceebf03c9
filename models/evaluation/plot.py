"""Precision over recall of one question, both schemes, as an SVG element without a script."""

from html import escape

import numpy as np

from models.evaluation.curve import Curve
from models.evaluation.figures import OPERATING_SCORE, Answer

WIDTH, HEIGHT, LEFT, BELOW, ABOVE = 320, 230, 34, 34, 10
POINTS_MOST = 200
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def plotted(answer: Answer) -> str:
    """Return the plot; the line across is the precision at which the recalls are compared."""
    row = answer.row
    across = ""
    if row.at_precision is not None:
        level = _y(row.at_precision)
        across = f'<line class="level" x1="{LEFT}" x2="{_x(1):.1f}" y1="{level:.1f}" y2="{level:.1f}"/>'
    told = (
        f"presisi dan recall / precision and recall: {row.title}; AP50 {row.baseline.ap50:.2f} dasar / baseline, "
        f"{row.product.ap50:.2f} produk / product"
    )
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(told)}">'
        f"{_axes()}{across}"
        f"{_curve('baseline', answer.baseline)}{_curve('product', answer.product)}</svg>"
    )


def _axes() -> str:
    across = "".join(
        f'<line class="grid" x1="{_x(0):.1f}" x2="{_x(1):.1f}" y1="{_y(at):.1f}" y2="{_y(at):.1f}"/>'
        f'<text x="{LEFT - 5}" y="{_y(at) + 4:.1f}" text-anchor="end">{_number(at)}</text>'
        for at in _TICKS
    )
    down = "".join(
        f'<line class="grid" x1="{_x(at):.1f}" x2="{_x(at):.1f}" y1="{_y(0):.1f}" y2="{_y(1):.1f}"/>'
        f'<text x="{_x(at):.1f}" y="{_y(0) + 14:.1f}" text-anchor="middle">{_number(at)}</text>'
        for at in _TICKS
    )
    words = (
        f'<text x="{_x(0.5):.1f}" y="{HEIGHT - 4}" text-anchor="middle">recall →</text>'
        f'<text x="10" y="{_y(0.5):.1f}" text-anchor="middle" transform="rotate(-90 10 {_y(0.5):.1f})">presisi →</text>'
    )
    return across + down + words


def _curve(kind: str, curve: Curve) -> str:
    if not len(curve.score):
        return ""
    chosen = np.unique(np.linspace(0, len(curve.score) - 1, POINTS_MOST).astype(int))
    points = " ".join(
        f"{_x(recall):.1f},{_y(precision):.1f}"
        for recall, precision in zip(curve.recall[chosen], curve.precision[chosen], strict=True)
    )
    recall, precision = curve.at_score(OPERATING_SCORE)
    mark = (
        ""
        if precision is None
        else f'<circle class="{kind}" cx="{_x(recall or 0):.1f}" cy="{_y(precision):.1f}" r="4"/>'
    )
    return f'<polyline class="{kind}" points="{points}"/>{mark}'


def _x(recall: float) -> float:
    return LEFT + recall * (WIDTH - LEFT - 12)


def _y(precision: float) -> float:
    return HEIGHT - BELOW - precision * (HEIGHT - BELOW - ABOVE)


def _number(value: float) -> str:
    return f"{value:g}"
