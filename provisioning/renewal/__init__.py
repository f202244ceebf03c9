"""The box's side of its next certificate: the hub is asked, the answer verified, laid beside and tried by HTTPS."""
