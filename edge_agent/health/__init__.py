"""How the box is: trust in its clock, its vital signs, its watchdog."""
