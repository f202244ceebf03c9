"""What can go wrong when a folder is evaluated.

EvaluationError (a ModelsError)
├── NothingToEvaluateError   the folder holds none of the forms, or none with a class of ours
├── LabelFileError           a label file cannot be understood; lists every problem
├── NotOursError             a label file is whole, but none of its classes is one of traffic
├── UnfitOptionError         an option belongs to another task
├── DetectorError            the model cannot be opened or does not run
└── OutputError              a result cannot be written

A file that cannot be understood ends the command before anything is computed. A thing in it that cannot be used (a
class that is not ours, a picture that is missing) is left out, named and counted: see `remarks`.
"""

from models.errors import ModelsError


class EvaluationError(ModelsError):
    """A folder cannot be evaluated; the text says what, why and what to do, in Indonesian and English."""


class NothingToEvaluateError(EvaluationError, ValueError):
    """There is nothing of the forms to evaluate."""


class LabelFileError(EvaluationError, ValueError):
    """A label file cannot be understood."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, one line each; the text of the error is all of them."""
        self.problems = problems
        super().__init__("\n".join(problems))


class NotOursError(EvaluationError, ValueError):
    """A label file has no class of traffic."""


class UnfitOptionError(EvaluationError, ValueError):
    """An option would have no effect on the task that was asked for."""


class DetectorError(EvaluationError, RuntimeError):
    """The model cannot be opened or run."""


class OutputError(EvaluationError, OSError):
    """A result cannot be written."""
