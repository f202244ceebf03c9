"""Who did what: an append-only log in which every row is chained to the one before, and what finds a change in it."""
