"""Alerts: their life cycle, who is told, in which words, and the record of every decision."""
