"""How good a model is on pictures and clips with truth, through the box's own inference and tracking.

Anybody's folder of the forms in docs/models.md can be given; nothing here knows a camera, a city or a file by name.
Only this package may import `edge_agent.inference`, `edge_agent.sightings` and `edge_agent.stills`, and nobody imports
it: the command is started by its name in `models/__main__.py`.
"""
