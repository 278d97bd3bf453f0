// What the page's server renders. Does not prove: what a browser makes of it (test/e2e/todo.test.ts).
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { TodoApp } from "../components/todo-app";
import { statusText, TodoList } from "../components/todo-list";

const todos = [
  { id: 1, title: "milk", completed: false },
  { id: 2, title: "<b>bread</b>", completed: true },
];

test("the list names its checkboxes and buttons by the todo's title", () => {
  const html = renderToStaticMarkup(<TodoList todos={todos} onComplete={() => {}} onDelete={() => {}} />);
  expect(html).toContain('<label><input type="checkbox"/><span>milk</span></label>');
  expect(html).toContain('<input type="checkbox" checked=""/><span>&lt;b&gt;bread&lt;/b&gt;</span>');
  expect(html).toContain('aria-label="Delete milk"');
});

test("the page renders on the server without any backend", () => {
  const html = renderToStaticMarkup(<TodoApp />);
  for (const part of [
    'role="status" data-connection="connecting"',
    "New todo</label>",
    ">Add</button>",
    'aria-label="Chat"',
  ]) {
    expect(html).toContain(part);
  }
});

test.each([
  [{ state: "connecting" as const }, "Connecting…"],
  [{ state: "connected" as const }, "Connected. 1 open, 1 done."],
  [{ state: "away" as const, reason: "Gone." }, "Not connected. Gone. Trying every 2 seconds."],
])("status %#", (connection, text) => {
  expect(statusText(connection, todos)).toBe(text);
});
