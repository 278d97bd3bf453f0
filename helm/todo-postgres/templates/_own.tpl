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
