{{/*
Expand the name of the chart.
*/}}
{{- define "todo-backend.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Create a default fully qualified app name.
We truncate at 63 chars because some Kubernetes name fields are limited to this (by the DNS naming spec).
If release name contains chart name it will be used as a full name.
*/}}
{{- define "todo-backend.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Create chart name and version as used by the chart label.
*/}}
{{- define "todo-backend.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Common labels
*/}}
{{- define "todo-backend.labels" -}}
helm.sh/chart: {{ include "todo-backend.chart" . }}
{{ include "todo-backend.selectorLabels" . }}
{{- if .Chart.AppVersion }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
Selector labels
*/}}
{{- define "todo-backend.selectorLabels" -}}
app.kubernetes.io/name: {{ include "todo-backend.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Create the name of the service account to use
*/}}
{{- define "todo-backend.serviceAccountName" -}}
{{- include "todo-backend.fullname" . }}
{{- end }}

{{/* ---- Additions to the scaffold ---- */}}

{{/*
Labels of the test pod. Not the selector labels: the Service, the PodDisruptionBudget and the HorizontalPodAutoscaler
would take the pod for one of the application's.
*/}}
{{- define "todo-backend.testLabels" -}}
app.kubernetes.io/name: {{ include "todo-backend.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Labels of the migration's pods; not the selector labels, for the same reason.
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
A value that may be a template of its own. Arguments: the root context, the value's key, the value. The key is put into
the text as a comment, because Helm's messages about such a template quote its text and nothing else.
*/}}
{{- define "todo-backend.text" -}}
{{- $root := index . 0 }}
{{- $text := index . 2 | toString }}
{{- if contains "{{" $text }}
{{- $text = tpl (printf "{{/* %s */}}%s" (index . 1) $text) $root }}
{{- if not $text }}
{{- fail (printf "%s: its template gives an empty text; a key it refers to may be misspelt" (index . 1)) }}
{{- end }}
{{- end }}
{{- $text }}
{{- end }}

{{/*
Labels to select pods by, as YAML; their values may be templates. Arguments: the root context, the values' key, the labels.
*/}}
{{- define "todo-backend.matchLabels" -}}
{{- $labels := dict }}
{{- range $name, $value := index . 2 }}
{{- $_ := set $labels $name (include "todo-backend.text" (list (index $ 0) (index $ 1) $value)) }}
{{- end }}
{{- toYaml $labels }}
{{- end }}

{{/*
The part of the pod spec that all pods of this chart share.
*/}}
{{- define "todo-backend.podSpec" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.writablePaths }}
volumes:
  {{- range $index, $path := . }}
  - name: writable-{{ $index }}
    emptyDir:
      sizeLimit: 128Mi
  {{- end }}
{{- end }}
{{- end }}

{{/*
The part of the container that all containers of this chart share.
*/}}
{{- define "todo-backend.containerSpec" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- with .Values.writablePaths }}
volumeMounts:
  {{- range $index, $path := . }}
  - name: writable-{{ $index }}
    mountPath: {{ $path | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/*
Environment of the application and of its migration. Inline, not in a ConfigMap: each change is a change of the pod
template and so rolls the pods, and the migration needs no object that is made after it. The secrets come first:
Kubernetes replaces $(NAME) in a value only where NAME stands before it.
*/}}
{{- define "todo-backend.env" -}}
{{- $secret := include "todo-backend.text" (list . "secrets.existingSecret" .Values.secrets.existingSecret) }}
{{- range $name, $key := .Values.secrets.keys }}
{{- if $key }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret | quote }}
      key: {{ $key | quote }}
      {{- if has $name $.Values.secrets.optional }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.env }}
{{- if get $.Values.secrets.keys $name }}
{{- fail (printf "env.%s is also in secrets.keys; keep it in one of the two" $name) }}
{{- end }}
{{- $text := include "todo-backend.text" (list $ (printf "env.%s" $name) $value) }}
{{- if regexMatch "://[^/@\\s]*:([^/@\\s$]|\\$[^(])[^/@\\s]*@" $text }}
{{- fail (printf "env.%s: expected a URL without a password, or with one that is $(A_VARIABLE) of secrets.keys, found another after its template was filled in" $name) }}
{{- end }}
{{- range regexFindAll "\\$+\\([A-Za-z_][A-Za-z0-9_]*\\)" $text -1 }}
{{- $other := regexFind "[A-Za-z_][A-Za-z0-9_]*" . }}
{{- $known := or (get $.Values.secrets.keys $other) (and (hasKey $.Values.env $other) (lt $other $name)) }}
{{- if and (not $known) (not (hasPrefix "$$" .)) }}
{{- fail (printf "env.%s: $(%s) names no variable of secrets.keys; for the text itself write $$(%s)" $name $other $other) }}
{{- end }}
{{- end }}
- name: {{ $name }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
