"""Commands about views: every kind that begins `view_` is the camera process's to answer. Pure."""

VIEW_KINDS = "view_"

VIEW_STILL = "view_still"
"""Make a blurred still of now and hand it over; args: `source`, the camera's name on the box."""

SOURCE = "source"
