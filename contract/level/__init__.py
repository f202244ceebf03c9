"""The level rule: readings and thresholds in, severity, since when and why out; the same on box and hub."""
