"""Steps that write what agent B is told."""

from temporalio import activity

from domain.briefing import BriefingWanted, BriefingWritten
from domain.ports import Briefings, Summaries


class BriefingActivities:
    """Reads the call's turns from the record, has them summed up, and keeps the result there."""

    def __init__(self, summaries: Summaries, briefings: Briefings) -> None:
        self._summaries = summaries
        self._briefings = briefings

    @activity.defn
    async def write_briefing(self, wanted: BriefingWanted) -> BriefingWritten:
        """Write the briefing. Safe to repeat: the newest is kept, an agent's own words stay.

        A repeat has only the time that is left: agent B waits for it since the first attempt.
        """
        info = activity.info()
        lost = info.started_time - info.scheduled_time  # both by the server's clock
        material = await self._briefings.material(wanted.tenant, wanted.call_id, wanted.transfer_id)
        briefing = await self._summaries.brief(material, lost=lost)
        version = await self._briefings.save(wanted.tenant, wanted.transfer_id, briefing)
        return BriefingWritten(source=briefing.source, version=version)
