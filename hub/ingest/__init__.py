"""The only MQTT client of the hub: decode, commit, acknowledge, and tick once a second without traffic."""
