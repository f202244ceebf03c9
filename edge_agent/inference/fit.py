"""Whether a box can look with a model's folder.

Asked before it looks, by `edge-agent --check-config` and by `models verify`. The folder is opened as the camera process
opens it; that process tells the same as its fault `model_failed`.
"""

from pathlib import Path

from edge_agent.inference.detector import Detector

EVERY_SCORE = 0.0


def verify_model(folder: Path) -> None:
    """Open the model of a folder and run it once on a grey picture, on one thread: some 0.2 s of CPU and 55 MB.

    Every box that it gives is read, also those that no score would keep: on grey there may be no others.

    Raises:
        ModelError: manifest or file are missing or broken, they do not fit each other, or the run gave what cannot be
            read; the text says what, why and what to do.
    """
    Detector.open(folder, score_min=EVERY_SCORE)
