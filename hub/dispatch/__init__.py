"""Messages owed to people: handed over by a channel, read by a person, each step with its time."""
