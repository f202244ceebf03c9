"""Inference: frames in, detections out. What a model needs stands in its manifest."""
