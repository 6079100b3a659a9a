"""A briefing without a model: who calls, what about, what was noted and said last."""

from adapters.spoken import harmless, plain, speech
from domain.briefing import Briefing, Material
from domain.phases import BriefingSource, Role, TurnKind

MOST_NOTES = 4
TELLING = 4
"""Words; what is shorter is a greeting more often than a reason."""


def by_rules(material: Material) -> Briefing:
    """Write a briefing from what is there; however little that is, it says so."""
    said = [
        line
        for turn in material.turns
        if turn.kind is TurnKind.SAID and turn.role is Role.CALLER
        if (line := harmless(turn.text))
    ]
    telling = (line for line in said if len(line.split()) >= TELLING)
    reason = harmless(material.about or "") or next(telling, next(iter(said), ""))
    notes = _notes(material)
    last = said[-1] if said and said[-1] != reason else ""
    return Briefing(
        text=speech(
            material.caller_name,
            [
                ("Reason", reason or "not known yet"),
                *(("Noted", note) for note in notes[:1]),
                ("The caller last said", last),
                *(("Noted", note) for note in notes[1:]),
            ],
        ),
        reason=reason,
        facts=(*notes, *([f"The caller last said: {last}"] if last else [])),
        source=BriefingSource.RULES,
    )


def _notes(material: Material) -> tuple[str, ...]:
    """Agents' own notes, given with the transfer or during the call, newest first."""
    noted = [turn.text for turn in material.turns if turn.kind is TurnKind.NOTE]
    texts = [material.notes or "", *reversed(noted)]
    return tuple(dict.fromkeys(filter(None, map(plain, texts))))[:MOST_NOTES]
