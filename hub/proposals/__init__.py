"""Deeds that need two persons: one proposes, another approves, and with the approval it is done."""
