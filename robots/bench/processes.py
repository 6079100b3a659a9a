"""What Linux says of a process and all it has started: CPU, memory, descriptors."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
MS_PER_TICK = 1000 / os.sysconf("SC_CLK_TCK")
# Of `cpu` in /proc/stat: user, nice, system, steal. The rest is idle, or interrupts, which
# belong to whoever is measured as much as to anybody.
BUSY = (0, 1, 2, 7)


@dataclass(frozen=True)
class Process:
    """One line of the process table; `cpu_ms` counts children that have ended, too."""

    pid: int
    parent: int
    cpu_ms: float


def everybody() -> list[Process]:
    """All processes of this machine, as of now; takes about 10 ms."""
    return list(_table())


def tree(root: int, known: list[Process] | None = None) -> list[Process]:
    """A process and everything below it, as of now, or among those `known`."""
    known = everybody() if known is None else known
    found = [one for one in known if one.pid == root]
    for one in found:
        found += [child for child in known if child.parent == one.pid]
    return found


def cpu_ms(root: int, known: list[Process] | None = None) -> float:
    """CPU time that a process and all below it have used since it began."""
    return sum(one.cpu_ms for one in tree(root, known))


def spent_ms(before: list[Process], after: list[Process]) -> float:
    """CPU time that a tree has used between two looks at it.

    Whose parent was killed is waited for by nobody of the tree: what such an orphan had used is in
    no count any more. Nor is it taken away here.
    """
    here = {one.pid for one in after}
    orphans = [one for one in before if one.pid not in here and one.parent not in here]
    return sum(p.cpu_ms for p in (*after, *orphans)) - sum(p.cpu_ms for p in before)


def machine_ms() -> float:
    """CPU time that anything on this machine has used, all cores together."""
    fields = (PROC / "stat").read_text().splitlines()[0].split()[1:]
    return sum(int(fields[which]) for which in BUSY) * MS_PER_TICK


def descriptors(root: int) -> int:
    """Open file descriptors of a process and all below it, but for connections with itself.

    Of those Temporal's server has ever more: 50 of its 63 sockets after 21 transfers (1.32).
    """
    ends = dict(_connections())
    return sum(_descriptors(one.pid, ends) for one in tree(root))


def _descriptors(pid: int, ends: dict[str, tuple[str, str]]) -> int:
    held = list(_links(PROC / str(pid) / "fd"))
    mine = {ends[link] for link in held if link in ends}
    return len(held) - sum((remote, local) in mine for local, remote in mine)


def _links(folder: Path) -> Iterator[str]:
    with suppress(OSError):
        for entry in folder.iterdir():
            with suppress(OSError):  # closed meanwhile
                yield os.readlink(entry)


def _connections() -> Iterator[tuple[str, tuple[str, str]]]:
    """Every TCP socket as a descriptor names it, with its own address and the other one."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                yield f"socket:[{fields[9]}]", (fields[1], fields[2])


def memory_mb(pid: int) -> float:
    """A process's proportional share of memory (PSS)."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _table() -> Iterator[Process]:
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            # The name of a program is in brackets and may hold anything.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            spent = sum(map(int, fields[11:15])) * MS_PER_TICK
            yield Process(int(entry.name), int(fields[1]), spent)
