"""A model at one input size: what it needs to run and to be read there."""

from collections import OrderedDict
from dataclasses import dataclass

import onnxruntime

from edge_agent.inference.buffers import BoundBuffers
from edge_agent.inference.candidates import Decoder
from edge_agent.inference.gfl import GflDecoder
from edge_agent.inference.ssd import SsdDecoder
from models.manifest import Gfl, Manifest

SIZES_MOST = 4
"""Kept at once, each 4 MB per place in the batch: a camera has one frame size, a view few shapes of regions."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SizedModel:
    """Buffers and decoder of one input size."""

    width_px: int
    height_px: int
    buffers: BoundBuffers
    decoder: Decoder


class SizedModels:
    """The input sizes in use, the one used longest ago is dropped first."""

    def __init__(self, session: onnxruntime.InferenceSession, manifest: Manifest) -> None:
        """Hold none yet."""
        self._session = session
        self._manifest = manifest
        self._held: OrderedDict[tuple[int, int], SizedModel] = OrderedDict()

    def of(self, size_px: tuple[int, int]) -> SizedModel:
        """Return the model at an input of this width and height."""
        if size_px not in self._held:
            self._held[size_px] = self._made(size_px)
        self._held.move_to_end(size_px)
        if len(self._held) > SIZES_MOST:
            self._held.popitem(last=False)
        return self._held[size_px]

    def _made(self, size_px: tuple[int, int]) -> SizedModel:
        decoder = decoder_of(self._manifest, size_px)
        name = self._manifest.input.name
        buffers = BoundBuffers(self._session, input_name=name, size_px=size_px, shapes=decoder.shapes)
        return SizedModel(width_px=size_px[0], height_px=size_px[1], buffers=buffers, decoder=decoder)


def decoder_of(manifest: Manifest, size_px: tuple[int, int]) -> Decoder:
    """Return what reads the outputs of a model at an input of this width and height."""
    decode, classes, (width_px, height_px) = manifest.decode, len(manifest.classes), size_px
    if isinstance(decode, Gfl):
        return GflDecoder(decode, width_px=width_px, height_px=height_px, classes=classes)
    return SsdDecoder(decode, width_px=width_px, height_px=height_px, classes=classes)
