"""The box on the pole: reads river gauges, decides on the spot, keeps records until the hub has them.

Three processes, so that a stall of one never touches the gauge: `gauge`, `uplink`, and in a later version `camera`.
"""


def agent_version() -> str:
    """Return the version of the installed software, as it stands in `hello`."""
    from importlib.metadata import version  # 20 ms and 3 MB that only the uplink needs

    return version("jagawai")
