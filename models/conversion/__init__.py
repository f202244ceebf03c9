"""From a TensorFlow.js graph model to ONNX with numpy and onnx alone: no TensorFlow, the same bytes on every run.

Covers the operations of the models that we carry, and says so at once about any other.
"""
