"""What the workers do."""

import os

import psycopg
from celery import Celery

queue = Celery("tasks", broker=os.environ["CELERY_BROKER_URL"])


def connect() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=3)


@queue.task
def write(text: str) -> None:
    with connect() as connection:
        query = "INSERT INTO notes (text, worker) VALUES (%s, %s)"
        connection.execute(query, [text, os.environ["HOSTNAME"]])
