"""City hall: keeps every record, raises flood alerts, sees that a person has read them, drives the wall."""
