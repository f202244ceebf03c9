"""From float32 to int8 by onnxruntime's own tool, calibrated with pinned frames of published footage."""
