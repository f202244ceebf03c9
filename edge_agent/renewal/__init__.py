"""The next certificate on the box's side: where it lies, when it is asked for, how the uplink goes over to it."""
