"""What onnxruntime says when it fails, in one line, without the places in its own source."""

import re

SILENT = 4
"""onnxruntime's own number: it logs nothing to standard error. What it would log stands in its errors too."""
_ITS_SOURCE = re.compile(r"/\S+\.(?:cc|h):\d+ .*?(?=\[ONNXRuntimeError\]|$)")


def why(exc: Exception) -> str:
    """Return an error's reason, without a full stop at the end."""
    return _ITS_SOURCE.sub("", str(exc).partition("\n")[0]).strip().rstrip(".") or type(exc).__name__
