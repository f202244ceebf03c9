"""The hub as its own issuing authority: a root key that lives away from it, an issuing key, and what they sign."""
