"""What heartbeats are measured against: FastAPI's way to take a body and a header, and nothing behind it."""

from typing import Annotated

from fastapi import FastAPI, Header
from pydantic import BaseModel


class Body(BaseModel):
    """A heartbeat's body."""

    session_token: str


def create_app() -> FastAPI:
    """The empty application."""
    app = FastAPI()

    @app.post("/empty")
    async def empty(body: Body, x_api_key: Annotated[str, Header()]) -> dict[str, str]:
        return {"status": "live", "session_token": body.session_token, "key": x_api_key[:2]}

    return app
