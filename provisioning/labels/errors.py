"""What can go wrong while a label is drawn.

LabelError  a label would not be readable, or has a form that is not drawn
"""


class LabelError(ValueError):
    """A label cannot be drawn; says why and what to do."""
