"""The city's models: what each one is (manifest), how it is rebuilt (recipe), and whether it is what it says (verify).

Each model has a folder of its own: `manifest.json`, `recipe.toml`, `CARD.md`, `NOTICE`, `golden/`, and for the default
one the ONNX file itself. Programs need `models.manifest` alone; all else is for whoever builds a model and loads numpy,
onnx and onnxruntime only when it is called.
"""
