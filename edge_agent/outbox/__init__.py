"""The box's durable queue on disk: one outbox file per producer, and the inbox that comes back."""
