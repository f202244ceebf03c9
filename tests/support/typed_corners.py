"""One line for each way in which people type a corner, and what it means; the hub and the script read them alike."""

from contract.views import Point
from hub.drawing.corners import NoPoint

TYPED: dict[str, Point | NoPoint] = {
    "0.25 0.4": (0.25, 0.4),
    "0,25 0,4": (0.25, 0.4),
    "0,25 0.4": (0.25, 0.4),
    " 1\t0 ": (1.0, 0.0),
    "1, 0": (1.0, 0.0),
    "1 ,0": (1.0, 0.0),
    "1;0": (1.0, 0.0),
    "0,25;0,4": (0.25, 0.4),
    "0,25, 0,4": (0.25, 0.4),
    "[0.25, 0.4],": (0.25, 0.4),
    "(0,25; 0,4)": (0.25, 0.4),
    "0.1,0.1": (0.1, 0.1),
    "1,0.4": (1.0, 0.4),
    "0.4,1": (0.4, 1.0),
    "0,25,0,4": (0.25, 0.4),
    "1e-3 5E-1": (0.001, 0.5),
    "1,0": NoPoint.COMMA,
    "0,5": NoPoint.COMMA,
    "1,0,5": NoPoint.COMMA,
    "0,1,1": NoPoint.COMMA,
    "[1,0]": NoPoint.COMMA,
    "0.5": NoPoint.NUMBERS,
    "0.1,0,5": NoPoint.NUMBERS,
    "0.1 0.2 0.3": NoPoint.NUMBERS,
    "0,1,0,2,0,3": NoPoint.NUMBERS,
    "kiri atas": NoPoint.NUMBERS,
    "0.1 o.2": NoPoint.NUMBERS,
    "640 360": NoPoint.OUTSIDE,
    "640,5 0,2": NoPoint.OUTSIDE,
    "-0,1 0,2": NoPoint.OUTSIDE,
}
