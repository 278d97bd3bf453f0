{{/* ---- What this chart alone has; the other helpers are generated ---- */}}

{{/*
Name of the Secret with the password.
*/}}
{{- define "todo-postgres.secretName" -}}
{{- include "todo-postgres.text" (list . "auth.existingSecret" .Values.auth.existingSecret) }}
{{- end }}

{{/*
The command that makes the Secret.
*/}}
{{- define "todo-postgres.createSecret" -}}
kubectl create secret generic {{ include "todo-postgres.secretName" . }} --namespace {{ .Release.Namespace }} --from-literal={{ .Values.auth.passwordKey }}=$(openssl rand -hex 32)
{{- end }}

{{/*
Labels of the pods that back up and restore; not the selector labels, as with the test.
*/}}
{{- define "todo-postgres.backupLabels" -}}
app.kubernetes.io/name: {{ include "todo-postgres.name" . }}-backup
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Name of the backup's objects: of a CronJob's it leaves eleven of 63 characters to its Jobs.
*/}}
{{- define "todo-postgres.backupName" -}}
{{- include "todo-postgres.fullname" . | trunc 45 | trimSuffix "-" }}-backup
{{- end }}
