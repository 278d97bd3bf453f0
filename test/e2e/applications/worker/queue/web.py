"""Pages that write nothing themselves: each note goes to a queue in Redis, from which a worker takes it."""

from flask import Flask, redirect, render_template_string, request

from tasks import connect, write

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="refresh" content="2">
    <title>Notes</title>
  </head>
  <body>
    <h1>Notes</h1>
    <form method="post">
      <input name="text" aria-label="Note" required>
      <button type="submit">Add</button>
    </form>
    <ul>
      {% for text, worker in notes %}
      <li title="{{ worker }}">{{ text }}</li>
      {% endfor %}
    </ul>
  </body>
</html>
"""

app = Flask(__name__)


@app.cli.command("migrate")
def migrate() -> None:
    with connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (id bigserial PRIMARY KEY, text text, worker text)")


@app.get("/up")
def up() -> str:
    return "up"


@app.get("/")
def page() -> str:
    with connect() as connection:
        notes = connection.execute("SELECT text, worker FROM notes ORDER BY id").fetchall()
    return render_template_string(PAGE, notes=notes)


@app.post("/")
def add():
    write.delay(request.form["text"])
    return redirect("/")
