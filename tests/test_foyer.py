"""While a first start builds, the pages are there and the api says what is being done."""

import httpx

from stack.environment import bare
from stack.foyer import foyer
from stack.pages import build
from tests.servers import free_port

DOING = "The LiveKit server is being built."


def test_the_pages_are_up_before_the_product_is_and_say_what_is_done() -> None:
    build(bare())
    port = free_port()
    with foyer(port, DOING), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for path in ("/", "/caller", "/agent"):
            assert "<title>Warm Transfer</title>" in client.get(path).text
        for answer in (client.get("/v1/installation"), client.post("/v1/calls", json={})):
            assert answer.status_code == 503
            assert answer.json()["detail"] == DOING
            assert answer.headers["retry-after"]
        script = next(part for part in client.get("/").text.split('"') if part.endswith(".js"))
        assert client.get(script.removeprefix(".")).status_code == 200
        assert client.get("/assets/../../package.json").status_code == 503


def test_whoever_has_the_port_keeps_it() -> None:
    port = free_port()
    with foyer(port, DOING), foyer(port, "Another."):
        assert httpx.get(f"http://127.0.0.1:{port}/v1/agents").json()["detail"] == DOING
