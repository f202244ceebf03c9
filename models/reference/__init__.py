"""The original runtime of our models, TensorFlow.js under node: only where a reference is made, never on a box."""
