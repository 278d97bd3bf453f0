/** The text of a small stack file that is valid and nobody else's. */
export function stackText(stack: string, database: "inside" | "external", ...lines: string[]): string {
  return `config:
  todo:cluster: { context: todo-on-minikube }
  todo:origin: http://${stack}.localhost:8300
  todo:database: { mode: ${database} }
  todo:backend: { image: { repository: example.org/api, tag: 1a } }
  todo:frontend: { image: { repository: example.org/page, tag: 1p } }
${lines.map((line) => `  ${line}\n`).join("")}`;
}
