"""Bare yardstick: the smallest livekit-agents agent that makes a sound."""

from livekit import rtc
from livekit.agents import AgentServer, JobContext, cli

RATE, FRAME = 16_000, 320
TONE = (b"\x00\x10" * 20 + b"\x00\xf0" * 20) * (FRAME // 40)

# A busy machine would make it refuse its job: by default load is the machine's, not its own.
server = AgentServer(host="127.0.0.1", port=0, num_idle_processes=2, load_fnc=lambda *_: 0.0)


@server.rtc_session(agent_name="bare")
async def sound(ctx: JobContext) -> None:
    await ctx.connect()
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("tone", source)
    await ctx.room.local_participant.publish_track(track)
    while True:
        await source.capture_frame(rtc.AudioFrame(TONE, RATE, 1, FRAME))


if __name__ == "__main__":
    cli.run_app(server)
