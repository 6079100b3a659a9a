"""What a play that is over has cost the caller, moment by moment."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from chaos.bounds import DEAF, OPENERS, exceeded, kinds
from chaos.figures import Moment, Row
from chaos.play import Hit, Play
from robots.ears import of
from robots.sound import Span, joined
from robots.story import story, timeline

ON_HOLD_S = 1.0
"""Whom no agent has heard for so long before an outage is on hold, and is missed by nobody."""


def measured(play: Play) -> Row:
    """The row of this play."""
    moments = tuple(_moments(play)) if play.ended else ()
    found = [*play.proven, *play.found, *(text for moment in moments for text in exceeded(moment))]
    scene = play.scene
    return Row(
        number=play.plan.number,
        course=str(play.plan.course),
        outcome=scene.outcome or "none",
        moments=moments,
        answer_s=play.knocking.slowest_s,
        broken=tuple(dict.fromkeys(found)),
        proven=tuple(play.proven),
        story=tuple(_story(play)) if found else (),
        disturbances=tuple(play.vigil.quiet().disturbances),
    )


def _moments(play: Play) -> Iterator[Moment]:
    hits = sorted(play.hits, key=lambda hit: (hit.strike.step, hit.began))
    groups = [list(group) for _, group in groupby(hits, key=lambda hit: hit.strike.step)]
    begins = [min(hit.began for hit in group) for group in groups]
    for group, (began, until) in zip(groups, pairwise([*begins, play.ended]), strict=True):
        yield _moment(play, group, Span(began, until))


def _moment(play: Play, hits: list[Hit], lasted: Span) -> Moment:
    meanwhile = [hit for hit in play.hits if hit.began < lasted.ended and hit.over > lasted.began]
    what = kinds([hit.strike.fault for hit in meanwhile])
    outage = lasted if play.bare and DEAF in kinds([hit.strike.fault for hit in hits]) else None
    over = max(hit.over for hit in hits)
    openers = [hit.over for hit in meanwhile if hit.strike.fault.target in OPENERS]
    went_on = (
        step.ended - max(over, step.began)
        for step in play.steps
        if step.ended >= over and step.began <= lasted.ended
    )
    return Moment(
        step=play.plan.course.steps[hits[0].strike.step].__name__,
        strikes=tuple(str(hit.strike) for hit in hits),
        kinds=what,
        silence_s=play.scene.caller.ears.silence(lasted).lasts_s,
        goes_on_s=next(went_on, None),
        deaf_s=_deaf_s(play, outage) if outage else None,
        unseen_s=max([lasted.began, *openers]) - lasted.began if outage else 0.0,
        bare_s=play.bare.deaf_s(outage.began, outage.ended) if outage and play.bare else None,
    )


def _deaf_s(play: Play, lasted: Span) -> float:
    caller, agents = play.scene.caller, (play.scene.a, play.scene.b)
    of_caller = [span for agent in agents for span in agent.ears.heard(of(caller.id))]
    holds = [at for at, event in timeline(play.scene) if event == "hold_started"]
    return deaf_s(caller.ears.heard(), of_caller, holds, lasted)


def deaf_s(
    hears: Sequence[Span], heard: Sequence[Span], holds: Sequence[float], lasted: Span
) -> float:
    """From the beginning of an outage until the caller heard and was heard again.

    Args:
        hears: When the caller heard anybody.
        heard: When an agent heard the caller.
        holds: When the caller was put on hold, and was missed by nobody from then on.
        lasted: The outage, and all that came before something else was struck.
    """
    until = [_silent_until(hears, lasted)]
    just_before = Span(lasted.began - ON_HOLD_S, lasted.began)
    if any(_overlap(span, just_before) for span in heard):
        hold = min((at for at in holds if at > lasted.began), default=lasted.ended)
        until.append(_silent_until(heard, Span(lasted.began, min(hold, lasted.ended))))
    return max(until) - lasted.began


def _overlap(one: Span, other: Span) -> bool:
    return one.began < other.ended and other.began < one.ended


def _silent_until(heard: Sequence[Span], within: Span) -> float:
    """When the longest silence in this time was over; its beginning, if there was none."""
    edges = [Span(0, within.began), Span(within.ended, float("inf"))]
    gaps = [Span(one.ended, other.began) for one, other in pairwise(joined([*heard, *edges]))]
    return max(gaps, key=lambda gap: gap.lasts_s, default=edges[0]).ended


def _story(play: Play) -> Iterator[str]:
    """What happened when, in seconds from the beginning of the play."""
    struck = [(hit.began, f"STRUCK: {hit.strike}") for hit in play.hits]
    mended = [(hit.over, f"MENDED: {hit.strike.fault}") for hit in play.hits]
    steps = play.plan.course.steps
    took = [(one.began, f"step: {steps[one.step].__name__}") for one in play.steps]
    return story(play.scene, play.began, [*struck, *mended, *took])
