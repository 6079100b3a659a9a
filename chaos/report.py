"""What a person gets to see of a run: each transfer as it ends, and the bounds in the end."""

from collections.abc import Iterator

from chaos.bounds import Verdict, verdicts
from chaos.figures import Moment, Results, Row


def told(row: Row, seed: int) -> Iterator[str]:
    """The lines of one transfer."""
    state = "kept" if not row.broken else "BROKEN"
    yield f"{row.number:4}  {row.course:<22} {row.outcome:<14} {state if row.counts else 'void'}"
    yield from (f"        {line}" for line in map(_moment, row.moments))
    yield from (f"        void: {why}" for why in row.disturbances)
    if row.broken:
        yield from (f"        ✗ {what}" for what in row.broken)
        yield from (f"          {line}" for line in row.story)
        yield f"        again: {again(seed, row.number)}"


def summed_up(results: Results) -> Iterator[str]:
    """The lines of the whole run."""
    for verdict in verdicts(results):
        yield _verdict(verdict)
    void = len(results.rows) - len(results.counting)
    broken = sum(bool(row.broken) for row in results.counting)
    yield (
        f"seed {results.seed}: {len(results.counting)} transfers, {broken} broken, {void} void; "
        f"the same again: {again(results.seed, transfers=len(results.rows))}"
    )


def again(seed: int, only: int = 0, *, transfers: int = 0) -> str:
    """The command that does this again."""
    which = f"--only {only}" if only else f"--transfers {transfers}"
    return f'make chaos ARGS="--seed {seed} {which}"'


def _moment(moment: Moment) -> str:
    figures = [f"silence {moment.silence_s:.1f} s"]
    if moment.goes_on_s is not None:
        figures.append(f"goes on after {moment.goes_on_s:.1f} s")
    if moment.deaf_s is not None:
        bare = f"{moment.bare_s:.1f} s" if moment.bare_s is not None else "unknown"
        figures.append(f"heard again after {moment.deaf_s:.1f} s (bare: {bare})")
    if moment.unseen_s:
        figures.append(f"of which nobody could open the rooms for {moment.unseen_s:.1f} s")
    return f"{moment.step}: {' + '.join(moment.strikes)} → {', '.join(figures)}"


def _verdict(verdict: Verdict) -> str:
    bound, figures = verdict.bound, verdict.figures
    mark = "held  " if verdict.held else "MISSED"
    named = f"{bound.kind}: {bound.what}" if bound.kind else bound.what
    limits = [f"≤ {bound.middle:g}"] if bound.middle is not None else []
    limits += [f"at most {bound.most:g}"] if bound.most != float("inf") else []
    return (
        f"{mark} {named:<62} median {verdict.middle:.1f}, most {max(figures):.1f} {bound.unit} "
        f"of {len(figures)} ({', '.join(limits)})"
    )
