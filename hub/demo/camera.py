"""The box with the demo's camera: a box like the others, whose camera is a clip that may not be there yet."""

import json
from dataclasses import replace

from hub.demo import footage
from hub.demo.place import Place
from hub.demo.scenario import SCENARIO_FILE, BoxToStart, Scenario

LINK = "rekaman.avi"


def camera_box(scenario: Scenario, place: Place, *, is_tls: bool) -> BoxToStart:
    """Return the box, its config saying where the clip will be and what to do as long as it is not."""
    camera, folder = scenario.camera, SCENARIO_FILE.parent
    box = BoxToStart(node_id=camera.node, site_id=camera.site, is_tls=is_tls, tables_toml="")
    words = {
        "{view}": str(folder / camera.view_file),
        "{clip}": str(place.box_home(box.name) / LINK),
        "{advice}": json.dumps(footage.advice(), ensure_ascii=False),
    }
    text = (folder / camera.camera_file).read_text(encoding="utf-8")
    for called, value in words.items():
        text = text.replace(called, value)
    return replace(box, tables_toml=text)
