{{/* The template of a pod: of .name and .state, the state's, with what all have alike. */}}
{{- define "causes.pod" -}}
{{- $usual := dict
  "name" "main"
  "image" .root.Values.image
  "imagePullPolicy" "IfNotPresent"
  "command" (list "sleep" "infinity")
  "resources" (dict "requests" (dict "cpu" "1m" "memory" "8Mi") "limits" (dict "memory" "128Mi")) -}}
metadata:
  labels: { app: {{ .name }} }
spec:
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  {{- with .state.pod }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  containers:
    - {{- toYaml (mergeOverwrite $usual (.state.container | default dict)) | nindent 6 }}
{{- end }}

{{/* A Deployment of it; in the release's namespace unless another one is told. */}}
{{- define "causes.deployment" -}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  namespace: {{ .namespace | default .root.Release.Namespace }}
spec:
  {{- with .state.spec }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  selector: { matchLabels: { app: {{ .name }} } }
  template:
    {{- include "causes.pod" . | nindent 4 }}
{{ end }}
