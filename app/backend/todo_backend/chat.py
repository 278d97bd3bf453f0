"""A chat about the todos, answered by any server with an OpenAI-compatible /chat/completions."""

import logging
import time
from typing import Annotated, Literal

import httpx
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from todo_backend.database import Database, Todo
from todo_backend.metrics import Metrics
from todo_backend.sessions import Sessions
from todo_backend.settings import Settings

TIMEOUT = httpx.Timeout(30, connect=5)  # seconds
OPEN_TODOS = 50

logger = logging.getLogger("todo_backend.chat")


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "assistant"]
    content: str = Field(min_length=1, max_length=4000)


def chat_router(
    settings: Settings, database: Database, sessions: Sessions, client: httpx.AsyncClient, metrics: Metrics
) -> APIRouter:
    router = APIRouter()

    class ChatIn(BaseModel):
        model_config = ConfigDict(extra="forbid")
        messages: Annotated[list[Message], Field(min_length=1, max_length=settings.CHAT_MAX_MESSAGES)]

    @router.post("/api/chat", dependencies=[Depends(sessions.require)])
    async def chat(body: ChatIn) -> dict[str, str]:
        if settings.OPENAI_API_KEY is None:
            metrics.chats.labels("not_configured").inc()
            raise HTTPException(503, "The chat is not configured: OPENAI_API_KEY is not set. Everything else works.")
        async with database.transaction() as session:
            open_todos = select(Todo.title).where(~Todo.completed).order_by(Todo.id.desc()).limit(OPEN_TODOS)
            titles = (await session.scalars(open_todos)).all()
        about = "You help with a todo list. Answer briefly. The open todos, newest first:\n" + "\n".join(titles)
        outcome, start = "failed", time.perf_counter()
        try:
            answer = await client.post(
                f"{settings.OPENAI_BASE_URL}/chat/completions",
                headers={"Authorization": f"Bearer {settings.OPENAI_API_KEY.get_secret_value()}"},
                json={
                    "model": settings.OPENAI_MODEL,
                    "messages": [{"role": "system", "content": about}, *(m.model_dump() for m in body.messages)],
                },
            )
            if answer.status_code != 200:
                # Its body may quote a part of the key: neither the log nor the browser gets it.
                raise _failed(f"answered {answer.status_code}{HINTS.get(answer.status_code, '')}")
            reply = str(answer.json()["choices"][0]["message"]["content"] or "")
            outcome = "answered"
            return {"reply": reply}
        except httpx.HTTPError as error:
            raise _failed(f"could not be reached ({type(error).__name__})") from None
        except (ValueError, LookupError, TypeError):
            raise _failed("sent an answer that is not a chat completion") from None
        finally:
            metrics.chats.labels(outcome).inc()
            metrics.chat_durations.observe(time.perf_counter() - start)

    return router


HINTS = {401: "; check OPENAI_API_KEY", 404: "; check OPENAI_BASE_URL and OPENAI_MODEL", 429: "; try again later"}


def _failed(what: str) -> HTTPException:
    logger.warning("the chat service %s", what)
    return HTTPException(502, f"The chat service {what}.")
