"""The robots of "Try it alone": a little server on loopback, in development only."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel, Field

from robots.rehearsal import Rehearsal

MOST_AT_ONCE = 3


class Wanted(BaseModel):
    """Which seat the person takes, and what the call is about."""

    seat: Literal["caller", "agent_a", "agent_b"]
    problem: str = Field(max_length=300)
    agent: str = ""


class Kill(BaseModel):
    """A body, so that no other site's form can send it."""

    sure: Literal[True]


class Playing(BaseModel):
    """How a rehearsal stands; `asked_for` is the robot that a caller should ask for."""

    id: str
    says: str
    is_over: bool
    asked_for: str


def playing(one: Rehearsal) -> Playing:
    """Show a rehearsal."""
    return Playing(id=one.id, says=one.says, is_over=one.is_over, asked_for=one.asked_for)


class Company:
    """The robots at work, and whom they may kill."""

    def __init__(self, url: str, stack_word: Path | None) -> None:
        self.url = url
        self.stack_word = stack_word
        self.running: dict[str, Rehearsal] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, wanted: Wanted) -> Playing:
        """Let robots take the other seats."""
        taken = {one.number for one in self.running.values() if not one.is_over}
        number = next((n for n in range(1, MOST_AT_ONCE + 1) if n not in taken), None)
        if number is None:
            raise HTTPException(409, "All robots are busy: hang up one of your calls first.")
        one = Rehearsal(self.url, wanted.seat, wanted.problem, wanted.agent, number)
        self.running[one.id] = one
        task = asyncio.create_task(one.play())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await one.seated()
        return playing(one)

    async def look(self, which: str) -> Playing:
        """Say what the robots are doing."""
        if which not in self.running:
            raise HTTPException(404, "There is no such rehearsal.")
        return playing(self.running[which])

    async def kill_worker(self, _: Kill) -> dict[str, int]:
        """Kill the worker with -9, in the middle of whatever it does; the stack starts it again."""
        pids = json.loads(self.stack_word.read_text())["pids"] if self.stack_word else {}
        if "worker" not in pids:
            raise HTTPException(409, "There is no worker here to kill.")
        os.kill(pids["worker"], signal.SIGKILL)
        return {"killed": pids["worker"]}


def create_app(company: Company) -> FastAPI:
    """Build the server; the home page of the product it plays with may ask."""
    app = FastAPI(title="Rehearsal", docs_url=None, redoc_url=None)
    port = urlsplit(company.url).port
    app.add_middleware(
        CORSMiddleware,
        # Whatever this machine is called; no other site may kill anybody's worker.
        allow_origin_regex=rf"http://(localhost|127\.0\.0\.1|\[::1\]):{port}",
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type"],
    )
    app.post("/rehearsals", status_code=201)(company.start)
    app.get("/rehearsals/{which}")(company.look)
    app.post("/kill-worker")(company.kill_worker)
    return app


def serve(environ: Mapping[str, str]) -> None:
    """Serve until asked to stop; the settings come from `stack`."""
    word = environ.get("STACK_WORD")
    company = Company(environ["WARM_TRANSFER_URL"], Path(word) if word else None)
    app = create_app(company)
    port = int(environ["REHEARSAL_PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
