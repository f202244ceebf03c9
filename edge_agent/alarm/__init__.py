"""The box's own decision: level rule, siren, desired state and commands; whole with the hub away."""
