"""How a picture comes from a box to its hub by HTTPS: what both sides must know alike. Records go by MQTT, before it.

A file has at most 2 MiB and is named by the SHA-256 of its content. `PUT /api/v1/blobs/{sha256}` with
`Content-Range: bytes FIRST-LAST/TOTAL` adds to what the hub has; with `bytes */TOTAL` and no body it asks. 200 and
201: the hub has it. 409: it has the first `Upload-Offset` bytes (the name is that of the IETF draft "Resumable Uploads
for HTTP"). `Retry-After` says when a box that was refused comes again, seconds.
"""

PATH = "/api/v1/blobs"
BLOB_MOST_BYTES = 2 * 1024 * 1024
"""A byte for each pixel of 1920x1080; a picture in JPEG or WebP takes less."""
OFFSET_HEADER = "Upload-Offset"
BOX_PORT_ABOVE = 2
"""The port of boxes with certificates is so far above the one on the label."""
