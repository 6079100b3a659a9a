"""Asking a client in a room for a sign of life.

LiveKit 1.13.5 lists a client that was killed for 21 s more, as active, its track with it. A remote
procedure call that the server makes is answered by a living one in 5 ms, and by a dead one not at
all (both measured); one that doesn't know the procedure says so, and lives. livekit-api 1.2.2 has
no method for `PerformRpc` of LiveKit's room service.
"""

from datetime import timedelta

from livekit import api
from livekit.api.room_service import SVC, RoomService

from adapters.livekit_errors import asking_livekit
from domain.names import SIGN_OF_LIFE

PATIENCE = timedelta(seconds=1)
"""For the answer; LiveKit gives it in time, within what we wait for a request."""
NO_ANSWER = ("RpcError 1501", "RpcError 1502")
"""LiveKit's RPC errors: it took no notice of the call; it took too long (this one was seen)."""


class LiveKitLife(RoomService):
    """The room service of livekit-api, and the one call that it lacks."""

    async def is_dead(self, room: str, identity: str) -> bool:
        """Tell whether a participant gives no sign of life.

        Raises:
            PortError: there is no telling; see `asking_livekit`.
        """
        call = api.PerformRpcRequest(
            room=room,
            destination_identity=identity,
            method=SIGN_OF_LIFE,
            response_timeout_ms=round(PATIENCE.total_seconds() * 1000),
        )
        may = self._auth_header(api.VideoGrants(room_admin=True, room=room))
        async with asking_livekit():
            try:
                await self._client.request(SVC, "PerformRpc", call, may, api.PerformRpcResponse)
            except api.ServerError as error:
                if any(silence in error.message for silence in NO_ANSWER):
                    return True
                raise
        return False
