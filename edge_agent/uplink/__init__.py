"""What stands between the box's outboxes and the hub: MQTT up, acknowledgements, desired state and commands down."""
