"""The briefing of agent B: written once, spoken, and spoken again when asked."""

import asyncio
from contextlib import suppress
from typing import Protocol

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.briefings import BriefingActivities
    from activities.voices import VoiceActivities
    from domain.briefing import BriefingWanted, SpeakOrder
    from domain.journal import Event
    from domain.orders import TransferOrder
    from workflows.options import ROOM_CALL, SPEAKING, WRITING, saying


class Note(Protocol):
    """Where the briefer says what happened."""

    def __call__(self, event: Event) -> None: ...


class Briefer:
    """Sees to the briefing in the background; only the move waits until its voice is gone."""

    def __init__(self, order: TransferOrder, note: Note) -> None:
        self._order = order
        self._listener = order.agent_b
        self._note = note
        self._wanted = True
        self._interrupted = False
        self._left = False
        self._found_no_voice = False
        self.is_written = False
        self.was_spoken = False

    def speak_again(self) -> None:
        """Speak from the start, also when a changed text makes the old words wrong."""
        self._wanted = True
        self._interrupted = True

    def turn_to(self, listener: str) -> None:
        """Speak to somebody else from now on, from the start."""
        self._listener = listener
        self.was_spoken = self._found_no_voice = False
        self.speak_again()

    def listener_is_here(self) -> None:
        """Speak after all, if there was no voice to be had while agent B was on the way."""
        self._wanted = self._wanted or self._found_no_voice

    def hush(self) -> None:
        """Stop speaking."""
        self._wanted = False
        self._interrupted = True

    async def keep(self, room: str) -> None:
        """Write the briefing, then speak whenever it is wanted, until cancelled."""
        await self._write()
        while not self._left:
            self._interrupted = False
            if self._wanted:
                self._wanted = False
                await self._speak(room)
            await workflow.wait_condition(lambda: self._wanted or self._interrupted)

    def stop(self) -> None:
        """Stop for good."""
        self._left = True
        self.hush()

    async def leave(self, room: str) -> None:
        """Stop for good, and see the voice gone from the room."""
        self.stop()
        await workflow.execute_activity_method(
            VoiceActivities.dismiss_briefer, room, **saying(ROOM_CALL, "no voice but B's")
        )

    async def _write(self) -> None:
        order = self._order
        wanted = BriefingWanted(
            tenant=order.tenant, call_id=order.call_id, transfer_id=order.transfer_id
        )
        while not (self.is_written or self._left):
            try:
                await workflow.execute_activity_method(
                    BriefingActivities.write_briefing, wanted, **saying(WRITING, "for agent B")
                )
                self.is_written = True
                self._note(Event.BRIEFING_WRITTEN)
            except ActivityError:
                if not self._left:
                    await asyncio.sleep(1)

    async def _speak(self, room: str) -> None:
        order = self._order
        speaking = workflow.start_activity_method(
            VoiceActivities.speak,
            SpeakOrder(
                tenant=order.tenant,
                transfer_id=order.transfer_id,
                room=room,
                listener=self._listener,
            ),
            **saying(SPEAKING, "the briefing, to agent B"),
        )
        await workflow.wait_condition(lambda: speaking.done() or self._interrupted)
        if not speaking.done():
            speaking.cancel()
            with suppress(ActivityError, asyncio.CancelledError):
                await speaking
            if not self._left:
                with suppress(ActivityError):
                    await workflow.execute_activity_method(
                        VoiceActivities.dismiss_briefer, room, **saying(ROOM_CALL, "be quiet")
                    )
            return
        try:
            await speaking
            self.was_spoken = True
            self._note(Event.BRIEFING_SPOKEN)
        except ActivityError:
            self._found_no_voice = True
            self._note(Event.BRIEFING_SILENT)
