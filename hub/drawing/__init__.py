"""Drawing zones and lines at the hub: what a form holds, what a change comes to, and by which drawing a box counts."""
