import type { Todo } from "../lib/api";

export type Connection = { state: "connecting" | "connected" } | { state: "away"; reason: string };

export function statusText(connection: Connection, todos: Todo[]): string {
  if (connection.state === "connecting") return "Connecting…";
  if (connection.state === "away") return `Not connected. ${connection.reason} Trying every 2 seconds.`;
  const open = todos.filter((todo) => !todo.completed).length;
  return `Connected. ${open} open, ${todos.length - open} done.`;
}

interface Props {
  todos: Todo[];
  onComplete: (todo: Todo, completed: boolean) => void;
  onDelete: (todo: Todo) => void;
}

export function TodoList({ todos, onComplete, onDelete }: Props) {
  return (
    <ul aria-label="Todos" className="todos">
      {todos.map((todo) => (
        <li key={todo.id}>
          <label>
            <input
              type="checkbox"
              checked={todo.completed}
              onChange={(event) => onComplete(todo, event.target.checked)}
            />
            <span>{todo.title}</span>
          </label>
          <button type="button" className="quiet" aria-label={`Delete ${todo.title}`} onClick={() => onDelete(todo)}>
            Delete
          </button>
        </li>
      ))}
    </ul>
  );
}
