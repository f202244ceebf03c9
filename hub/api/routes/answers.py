"""Answers that are no success, as they stand in /openapi.json."""

from typing import Any

from hub.api.shapes.alert import Alert
from hub.api.shapes.shape import Problem

Answers = dict[int | str, dict[str, Any]]


class StaleProblem(Problem):
    """It changed since it was seen, or its rules forbid what was asked; this is how it stands now."""

    alert: Alert


NOT_FOUND: Answers = {404: {"model": Problem, "description": "There is no such thing"}}
INVALID: Answers = {422: {"model": Problem, "description": "A value cannot be used"}}
NOT_ALLOWED: Answers = {
    401: {"model": Problem, "description": "Nobody is signed in, and no token was given"},
    403: {"model": Problem, "description": "The CSRF token is missing or wrong, or the right is not there"},
}
STALE: Answers = {409: {"model": StaleProblem, "description": "It changed since it was seen, or its rules forbid it"}}
BUSY: Answers = {503: {"model": Problem, "description": "Too much is asked at once; try again"}}
