"""One shared list of todos."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import select

from todo_backend.database import TITLE_LENGTH, Database, Todo
from todo_backend.sessions import Sessions

LIST_LENGTH = 500

# PostgreSQL's text cannot hold a NUL character; no other control character belongs in a title either.
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LENGTH, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
TodoId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class TodoIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title


class TodoChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Title | None = None
    completed: bool | None = None


class TodoOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    completed: bool
    created_at: datetime


def todos_router(database: Database, sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/api/todos")
    guard = [Depends(sessions.require)]

    @router.get("", response_model=list[TodoOut])
    async def list_todos() -> list[Todo]:
        """The newest LIST_LENGTH todos, oldest first."""
        async with database.transaction() as session:
            newest = await session.scalars(select(Todo).order_by(Todo.id.desc()).limit(LIST_LENGTH))
            return list(newest)[::-1]

    @router.post("", response_model=TodoOut, status_code=201, dependencies=guard)
    async def create_todo(body: TodoIn) -> Todo:
        async with database.transaction() as session:
            todo = Todo(title=body.title)
            session.add(todo)
            await session.flush()
            await session.refresh(todo)
        return todo

    @router.patch("/{todo_id}", response_model=TodoOut, dependencies=guard)
    async def change_todo(todo_id: TodoId, body: TodoChange) -> Todo:
        async with database.transaction() as session:
            todo = await session.get(Todo, todo_id, with_for_update=True)
            if todo is None:
                raise HTTPException(404, "There is no todo with this id; it may have been deleted.")
            for name, value in body.model_dump(exclude_none=True).items():
                setattr(todo, name, value)
        return todo

    @router.delete("/{todo_id}", status_code=204, dependencies=guard)
    async def delete_todo(todo_id: TodoId) -> None:
        async with database.transaction() as session:
            todo = await session.get(Todo, todo_id)
            if todo is None:
                raise HTTPException(404, "There is no todo with this id; it may have been deleted.")
            await session.delete(todo)

    return router
