"""REST, event stream, exports and pages: the only place of the hub that knows HTTP."""
