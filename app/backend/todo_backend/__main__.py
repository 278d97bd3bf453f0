import os
import signal
import sys

from todo_backend.settings import BadEnvironment, Settings, read_environment


def main() -> None:
    try:
        settings = read_environment(Settings, os.environ)
    except BadEnvironment as error:
        sys.exit(str(error))
    # Imported only now: a bad environment is reported before the slow imports.
    import uvicorn

    from todo_backend.app import create_app
    from todo_backend.logs import configure_logs

    configure_logs(structured=True)
    try:
        app = create_app(settings)
    except OSError as error:
        sys.exit(
            f"todo-backend cannot start: METRICS_PORT {settings.METRICS_PORT} cannot be listened on: {error.strerror}"
        )
    # Uvicorn repeats the signal once it has finished the open requests; without this the exit code would be 143.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host=settings.BACKEND_HOST,
        port=settings.BACKEND_PORT,
        log_config=None,
        access_log=False,  # todo_backend.requests has one, with the request's id
        server_header=False,
        # Longer than the frontend's, so that the frontend never writes to a connection that was just closed here.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=20,
    )


main()
