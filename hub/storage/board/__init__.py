"""What pages and API read: joined rows by noun. Nothing here writes."""
