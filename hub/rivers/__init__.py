"""Rivers: which gauge stands where, the level of each station, silence, rate of rise, roll-ups."""
