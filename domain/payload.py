"""The base of everything that crosses a process boundary."""

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """Immutable, and tolerant of unknown fields, so that old and new workers share a queue."""

    model_config = ConfigDict(frozen=True, extra="ignore")
