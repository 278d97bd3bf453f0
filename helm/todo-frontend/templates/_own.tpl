{{/* ---- What this chart alone has; the other helpers are generated ---- */}}

{{/*
What runs before the application: nothing.
*/}}
{{- define "todo-frontend.initContainers" -}}
{{- end }}

{{/*
The pods of the NetworkPolicy.
*/}}
{{- define "todo-frontend.networkPolicyPods" -}}
matchLabels:
  {{- include "todo-frontend.selectorLabels" . | nindent 2 }}
{{- end }}

{{/*
What the test runs unless the values say otherwise; the address to ask is put behind it.
*/}}
{{- define "todo-frontend.testCommand" -}}
- node
- --input-type=module
- --eval
- |
  const url = process.argv[1], end = Date.now() + 40000;
  for (let said = ""; ; await new Promise((done) => setTimeout(done, 1000))) {
    const [ok, answer] = await fetch(url, { signal: AbortSignal.timeout(10000) }).then(
      (response) => [response.ok, response.status], (error) => [false, error.cause ?? error]);
    const line = `${url} ${answer}`;
    if (line !== said || Date.now() > end) console.log(said = line);
    if (ok || Date.now() > end) process.exit(ok ? 0 : 1);
  }
{{- end }}
