"""The box on the pole: reads river gauges, decides on the spot, keeps records until the hub has them.

Three processes, so that a stall of one never touches the gauge: `gauge`, `uplink`, and in a later version `camera`.
"""
