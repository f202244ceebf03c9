"""A camera for tests: the real RTSP server of Debian (gst-rtsp-server), started by its path with Debian's own Python.

    /usr/bin/python3 tests/support/rtsp_server.py PORT PATH=FORM:FILE … [--user NAME --password-file FILE]

FORM is h264, h265, jpeg or sound; FILE holds access units, each behind its length (tests/support/clips.py), which are
sent one each 40 ms, again from the first after the last; with `once` behind the form (`h264once`) the stream ends. It
listens on loopback, and says `ready` when it does. Imports nothing of ours: Debian's Python has none of our libraries.
"""

import argparse
import struct
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

INTERVAL_MS = 40
CAPS = {
    "h264": "video/x-h264,stream-format=byte-stream,alignment=au,framerate=25/1",
    "h265": "video/x-h265,stream-format=byte-stream,alignment=au,framerate=25/1",
    "jpeg": "image/jpeg,framerate=25/1",
}
PAY = {
    "h264": "h264parse ! rtph264pay pt=96 config-interval=-1",
    "h265": "h265parse ! rtph265pay pt=96 config-interval=-1",
    "jpeg": "jpegparse ! rtpjpegpay pt=26",
}
SOUND = "( audiotestsrc is-live=true wave=silence ! mulawenc ! rtppcmupay name=pay0 pt=0 )"


def units_in(path: Path) -> list[bytes]:
    """Return the access units of a file."""
    content, at, units = path.read_bytes(), 0, []
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        units.append(content[at + 4 : at + 4 + length])
        at += 4 + length
    return units


def send(media: Any, units: list[bytes], *, is_endless: bool) -> None:
    """Send one unit at once and one each interval, until nobody looks any more."""
    source = media.get_element().get_by_name("source")
    at = 0

    def send_one() -> bool:
        nonlocal at
        if at >= len(units) and not is_endless:
            source.emit("end-of-stream")
            return False
        unit = units[at % len(units)]
        at += 1
        return bool(source.emit("push-buffer", Gst.Buffer.new_wrapped(unit)) == Gst.FlowReturn.OK)

    send_one()
    GLib.timeout_add(INTERVAL_MS, send_one)


def factory_of(form: str, file: Path) -> Any:
    """Return what makes the stream of one path."""
    factory = GstRtspServer.RTSPMediaFactory()
    if form == "sound":
        factory.set_launch(SOUND)
        return factory
    codec = form.removesuffix("once")
    factory.set_launch(
        f"( appsrc name=source is-live=true do-timestamp=true format=time caps={CAPS[codec]} ! {PAY[codec]} name=pay0 )"
    )
    units, is_endless = units_in(file), codec == form
    factory.connect("media-configure", lambda _factory, media: send(media, units, is_endless=is_endless))
    return factory


def guard(server: Any, factories: list[Any], *, user: str, password: str) -> None:
    """Let in only who knows the password (digest, RFC 7616)."""
    token = GstRtspServer.RTSPToken.new()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    may = Gst.Structure.new_from_string("viewer, media.factory.access=true, media.factory.construct=true")
    for factory in factories:
        factory.add_role_from_structure(may)


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port")
    parser.add_argument("streams", nargs="+")
    parser.add_argument("--user")
    parser.add_argument("--password-file", type=Path)
    chosen = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(chosen.port)
    factories = []
    for stream in chosen.streams:
        path, _, what = stream.partition("=")
        form, _, file = what.partition(":")
        factories.append(factory_of(form, Path(file)))
        server.get_mount_points().add_factory(path, factories[-1])
    if chosen.user:
        guard(server, factories, user=chosen.user, password=chosen.password_file.read_text())
    if not server.attach(None):
        raise SystemExit(f"port {chosen.port} is taken")
    print("ready", flush=True)  # noqa: T201 -- who started it waits for this word
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
