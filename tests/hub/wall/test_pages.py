import json

from hub.wall.pages import json_block


def test_a_data_block_cannot_be_ended_from_within() -> None:
    text = json.dumps({"name": "</script><script>alert(1)</script>"})
    block = json_block(text)
    assert "<" not in block
    assert json.loads(block) == json.loads(text)
