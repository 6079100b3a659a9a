"""An OpenAI-compatible speech endpoint on loopback, for the real LiteLLM."""

import asyncio
import contextlib
import io
import json
import wave
from collections.abc import AsyncIterator

import numpy as np
from aiohttp import web

from tests.servers import free_port

TONE_HZ = 440


def tone_file(seconds: float = 0.5, sample_rate: int = 16_000) -> bytes:
    times = np.arange(int(seconds * sample_rate)) / sample_rate
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        tone = np.sin(2 * np.pi * TONE_HZ * times) * 8_000
        file.writeframes(tone.astype("<i2").tobytes())
    return content.getvalue()


class SpeechServer:
    """Says everything in one tone, and has moods."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, str]] = []
        self.mood = "well"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(json.loads(await request.read()))
        if self.mood == "broken":
            return web.json_response({"error": {"message": "no"}}, status=500)
        if self.mood == "trickling":
            return await self._trickle(request)
        return web.Response(body=tone_file(), content_type="audio/wav")

    async def _trickle(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in tone_file():
            await response.write(bytes([byte]))
            await asyncio.sleep(0.2)
        return response


@contextlib.asynccontextmanager
async def running_speech_server() -> AsyncIterator[SpeechServer]:
    """Serve; `url` is what OPENAI_BASE_URL wants."""
    moody, port = SpeechServer(), free_port()
    app = web.Application()
    app.router.add_post("/v1/audio/speech", moody.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    moody.url = f"http://127.0.0.1:{port}/v1"
    yield moody
    await runner.cleanup()
