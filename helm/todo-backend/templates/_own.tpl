{{/* ---- What this chart alone has; the other helpers are generated ---- */}}

{{/*
Labels of the migration's pods; not the selector labels, as with the test.
*/}}
{{- define "todo-backend.migrationLabels" -}}
app.kubernetes.io/name: {{ include "todo-backend.name" . }}-migration
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Name of the migration's objects: a Job's name is a label of its pods, so it ends at 63 characters too. An ordinary Job
cannot be changed: each revision of the release has its own.
*/}}
{{- define "todo-backend.migrationName" -}}
{{- $suffix := "-migration" }}
{{- if eq .Values.migration.mode "job" }}
{{- $suffix = printf "-migration-%d" .Release.Revision }}
{{- end }}
{{- printf "%s%s" (include "todo-backend.fullname" . | trunc (sub 63 (len $suffix) | int) | trimSuffix "-") $suffix }}
{{- end }}

{{/*
What runs before the application.
*/}}
{{- define "todo-backend.initContainers" -}}
{{- if and .Values.waitForDatabase.enabled (eq .Values.waitForDatabase.pods "all") }}
{{- include "todo-backend.waitForDatabase" . }}
{{- end }}
{{- end }}

{{/*
The container that holds the others back until the database accepts connections. Twice a second, because all that it sleeps
after the database is there is lost; TERM, because a shell that is process 1 would ignore it.
*/}}
{{- define "todo-backend.waitForDatabase" -}}
{{- with .Values.waitForDatabase }}
- name: wait-for-database
  image: "{{ include "todo-backend.image" .image }}"
  imagePullPolicy: {{ .image.pullPolicy }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop: ["ALL"]
  command:
    - sh
    - -c
    - |
      trap 'exit 143' TERM
      start=$(date +%s) next=0
      until answer=$(pg_isready --username=postgres --timeout=2 2>&1); do
        waited=$(($(date +%s) - start))
        if [ "$waited" -ge "$PATIENCE" ]; then
          echo "gave up after $waited s: $answer; see whether the database runs and lets this pod in"
          exit 1
        fi
        if [ "$waited" -ge "$next" ]; then
          echo "waiting for the database, $waited of $PATIENCE s: $answer"
          next=$((waited + 5))
        fi
        sleep 0.5
      done
      echo "$answer after $(($(date +%s) - start)) s"
  env:
    - name: PGHOST
      value: {{ include "todo-backend.text" (list $ "waitForDatabase.host" .host) | quote }}
    - name: PGPORT
      value: {{ .port | quote }}
    - name: PATIENCE
      value: {{ .timeoutSeconds | quote }}
  resources:
    {{- toYaml .resources | nindent 4 }}
{{- end }}
{{- end }}

{{/*
The pods of the NetworkPolicy: the migration's too, for one that runs later; as a hook it brings its own policy along.
*/}}
{{- define "todo-backend.networkPolicyPods" -}}
matchLabels:
  app.kubernetes.io/instance: {{ .Release.Name }}
matchExpressions:
  - key: app.kubernetes.io/name
    operator: In
    values:
      - {{ include "todo-backend.name" . }}
      - {{ include "todo-backend.name" . }}-migration
{{- end }}

{{/*
What the test runs unless the values say otherwise; the address to ask is put behind it.
*/}}
{{- define "todo-backend.testCommand" -}}
- python
- -c
- |
  import sys, time, urllib.request
  url, end, said = sys.argv[1], time.monotonic() + 40, ""
  while True:
      try:
          with urllib.request.urlopen(url, timeout=10) as response:
              sys.exit(print(url, response.status))
      except OSError as error:
          reason = f"{url} {error}"
      if time.monotonic() > end:
          sys.exit(reason)
      if reason != said:
          print(said := reason, flush=True)
      time.sleep(1)
{{- end }}
