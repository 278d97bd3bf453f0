"use client";

import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { createApi, type Todo } from "../lib/api";
import { Chat } from "./chat";
import { type Connection, statusText, TodoList } from "./todo-list";

const api = createApi();
const pollMilliseconds = { connecting: 2_000, connected: 10_000, away: 2_000 };

/**
 * Names that browser tests may rely on:
 *   role status (data-connection: connecting, connected, away); role alert (a failed action)
 *   textbox "New todo", button "Add"; list "Todos"; checkbox named by the todo's title; button "Delete <title>"
 *   region "Chat": log "Conversation", textbox "Message", button "Send", role alert
 */
export function TodoApp() {
  const [todos, setTodos] = useState<Todo[]>([]);
  const [connection, setConnection] = useState<Connection>({ state: "connecting" });
  const [problem, setProblem] = useState("");
  const [title, setTitle] = useState("");
  const newest = useRef(0);

  const refresh = useCallback(async () => {
    newest.current += 1;
    const turn = newest.current;
    try {
      const list = await api.list();
      // An answer that a later request has overtaken may lack what was just added.
      if (turn !== newest.current) return;
      setTodos(list);
      setConnection({ state: "connected" });
    } catch (error) {
      if (turn === newest.current) setConnection({ state: "away", reason: (error as Error).message });
    }
  }, []);

  useEffect(() => {
    void refresh();
  }, [refresh]);

  const { state } = connection;
  useEffect(() => {
    // What failed because the backend was away is out of date once it is back.
    if (state === "connected") setProblem("");
    let timer: ReturnType<typeof setTimeout>;
    let ended = false;
    const poll = async () => {
      await refresh();
      if (!ended) timer = setTimeout(poll, pollMilliseconds[state]);
    };
    timer = setTimeout(poll, pollMilliseconds[state]);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [refresh, state]);

  async function act(action: () => Promise<unknown>): Promise<boolean> {
    setProblem("");
    try {
      await action();
      return true;
    } catch (error) {
      setProblem((error as Error).message);
      return false;
    } finally {
      void refresh();
    }
  }

  async function add(event: FormEvent) {
    event.preventDefault();
    const wanted = title.trim();
    if (wanted && (await act(() => api.add(wanted)))) setTitle("");
  }

  function complete(todo: Todo, completed: boolean) {
    setTodos(todos.map((other) => (other.id === todo.id ? { ...other, completed } : other)));
    void act(() => api.complete(todo.id, completed));
  }

  return (
    <main>
      <h1>Todo</h1>
      <p role="status" data-connection={state}>
        {statusText(connection, todos)}
      </p>
      <section aria-label="Todo list" className="card">
        <form onSubmit={add}>
          <label htmlFor="title">New todo</label>
          <input
            id="title"
            value={title}
            maxLength={200}
            autoComplete="off"
            onChange={(event) => setTitle(event.target.value)}
          />
          <button type="submit">Add</button>
        </form>
        {problem && <p role="alert">{problem}</p>}
        <TodoList todos={todos} onComplete={complete} onDelete={(todo) => void act(() => api.remove(todo.id))} />
      </section>
      <Chat api={api} />
    </main>
  );
}
