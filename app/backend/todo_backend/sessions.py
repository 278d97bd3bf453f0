"""Anonymous sessions: AUTH_SECRET signs the cookie, SECRET_KEY signs the CSRF token that belongs to it."""

import hashlib
import secrets

from fastapi import APIRouter, HTTPException, Request, Response
from itsdangerous import BadData, Signer, URLSafeTimedSerializer

from todo_backend.settings import Settings

COOKIE = "todo_session"
HEADER = "X-CSRF-Token"
MAX_AGE = 7 * 24 * 3600  # seconds


class Sessions:
    def __init__(self, settings: Settings) -> None:
        self._cookies = URLSafeTimedSerializer(
            settings.AUTH_SECRET.get_secret_value(), salt="session", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._tokens = Signer(settings.SECRET_KEY.get_secret_value(), salt="csrf", digest_method=hashlib.sha256)
        # A Secure cookie is not kept by every browser on plain http://localhost.
        self._secure = all(origin.startswith("https://") for origin in settings.CORS_ORIGINS)

    def _current(self, request: Request) -> str | None:
        try:
            return str(self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=MAX_AGE))
        except BadData:
            return None

    def open(self, request: Request, response: Response) -> str:
        """Sets or renews the session's cookie and returns its CSRF token."""
        session = self._current(request) or secrets.token_urlsafe(24)
        cookie = str(self._cookies.dumps(session))
        response.set_cookie(COOKIE, cookie, MAX_AGE, httponly=True, samesite="lax", secure=self._secure)
        return self._tokens.get_signature(session).decode()

    def require(self, request: Request) -> None:
        """Guards every write: 401 without a valid session, 403 without the token that belongs to it."""
        session = self._current(request)
        if session is None:
            raise HTTPException(401, "The session is missing or no longer valid; get a new one from /api/session.")
        if not self._tokens.verify_signature(session.encode(), request.headers.get(HEADER, "").encode()):
            raise HTTPException(403, f"{HEADER} is missing or not of this session; get it from /api/session.")


def session_router(sessions: Sessions, chat_max_messages: int) -> APIRouter:
    router = APIRouter()

    @router.get("/api/session")
    async def open_session(request: Request, response: Response) -> dict[str, str | int]:
        response.headers["Cache-Control"] = "no-store"
        return {"csrf_token": sessions.open(request, response), "chat_max_messages": chat_max_messages}

    return router
