import { TodoApp } from "../components/todo-app";

export default function Page() {
  return <TodoApp />;
}
