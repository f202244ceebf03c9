"""Who a box is and by what it becomes known; spoken by box and hub alike.

Codes, fingerprints, label texts, messages and the USB stick need the standard library and msgspec alone; `box_key` and
`trust` need `cryptography`.
"""
