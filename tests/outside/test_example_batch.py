"""A client that knows only docs and MQTT sends the example batch and gets the ack that stands under it."""

import json
import queue
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.brokers import Broker
from tests.support.ingests import running_ingest

NODE = "n-7f3k2m9q"
BATCH = (
    '{"v":1,"spool":"5e0c6f0a1b2c3d4e5f60718293a4b5c6","low":1041,"next":1044,"records":[{"seq":1041,"boot":17,'
    '"up_ms":81234567,"at_ms":1763712000123,"clock":"ntp","err_ms":12,"kind":"reading","class":1,"source":"g1",'
    '"stage_cm":134.6,"distance_mm":1654,"flag":1,"reason":"","interval_s":60}]}'
)
ACK = (
    '{"v":1,"spool":"5e0c6f0a1b2c3d4e5f60718293a4b5c6","high":0,"ranges":[[1041,1041]],"hub_ms":1763712000201,'
    '"db_epoch":"d1a0","credit_rps":50}'
)
OF_THE_HUB = {"hub_ms", "db_epoch", "credit_rps"}


def test_the_example_batch_gets_the_example_ack_on_a_fresh_hub(broker: Broker, tmp_path: Path) -> None:
    acks: queue.Queue[bytes] = queue.Queue()
    subscribed: queue.Queue[int] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=NODE)

    def subscribe(connected: mqtt.Client, *_: object) -> None:
        connected.subscribe(f"jw/1/dn/{NODE}/#", qos=1)

    client.on_connect = subscribe
    client.on_subscribe = lambda *args: subscribed.put(args[2])
    client.on_message = lambda _client, _data, message: acks.put(bytes(message.payload))
    with running_ingest(broker, database_path=tmp_path / "hub.db") as hub:
        client.connect(broker.host, broker.port)
        client.loop_start()
        subscribed.get(timeout=5)
        client.publish(f"jw/1/up/{NODE}/records", BATCH, qos=1).wait_for_publish(5)
        ack = json.loads(acks.get(timeout=5))
        stored = hub.execute("SELECT body FROM records").fetchall()
        client.disconnect()
        client.loop_stop()

    expected = json.loads(ACK)
    assert ack.keys() == expected.keys()
    assert {key: ack[key] for key in ack.keys() - OF_THE_HUB} == {
        key: expected[key] for key in expected.keys() - OF_THE_HUB
    }
    assert isinstance(ack["hub_ms"], int)
    assert isinstance(ack["credit_rps"], int)
    assert [json.loads(body) for (body,) in stored] == json.loads(BATCH)["records"]
