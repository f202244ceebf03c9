"""Starts the embedded broker (nats-server with its MQTT listener); renders what a broker needs to know."""
