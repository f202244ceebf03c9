"""What can go wrong between a frame and its detections.

InferenceError
├── ModelError     the model cannot be opened, or its file does not fit its manifest
├── OutputError    a run of the model gave NaN, numbers that cannot be, or arrays of another shape
├── FrameError     the picture is no [height_px, width_px, 3] uint8, or has no pixels
└── RegionError    a region is empty, lies outside the picture, or there are too many

After an error of one frame the detector goes on with the next; only a ModelError needs somebody.

A text is whole Indonesian with what to do, ` / `, then whole English: the wall shows what stands before it.
"""

DILEWATI = "Gambar ini dilewati; pasang ulang model bila terulang."
PASSED_OVER = "This frame is passed over; install the model again if it comes back."
"""What to do when a run of the model failed, in both languages: the next frame may be good."""


class InferenceError(Exception):
    """No detections of this frame; the text says what, why and what to do."""


class ModelError(InferenceError, ValueError):
    """A model cannot be opened or does not fit its manifest."""


class OutputError(InferenceError, ArithmeticError):
    """A run of the model gave what no detection can be read from."""


class FrameError(InferenceError, ValueError):
    """A picture has the wrong form."""


class RegionError(InferenceError, ValueError):
    """A region cannot be cut out of a picture."""
