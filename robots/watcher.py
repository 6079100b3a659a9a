"""A hidden measuring robot: hears a room without being seen or heard in it."""

from datetime import timedelta

from livekit import api as livekit

from robots.ears import Ears
from robots.place import Place
from robots.views import May, Seat
from robots.voice import Voice


async def watch(room: str, url: str, key: str, secret: str) -> Place:
    """Sit down hidden in `room` with a token of our own; the caller's last word is heard here."""
    grants = livekit.VideoGrants(
        room_join=True, room=room, hidden=True, can_publish=False, can_publish_data=False
    )
    identity = "watcher"
    token = livekit.AccessToken(key, secret).with_identity(identity).with_grants(grants)
    jwt = token.with_ttl(timedelta(minutes=5)).to_jwt()
    may = May(publish=False, subscribe=True)
    place = Place(
        Seat(url=url, room=room, identity=identity, token=jwt, may=may), Voice("caller"), Ears()
    )
    await place.join()
    return place
