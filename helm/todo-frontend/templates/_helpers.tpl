{{/*
Expand the name of the chart.
*/}}
{{- define "todo-frontend.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Create a default fully qualified app name.
We truncate at 63 chars because some Kubernetes name fields are limited to this (by the DNS naming spec).
If release name contains chart name it will be used as a full name.
*/}}
{{- define "todo-frontend.fullname" -}}
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
{{- define "todo-frontend.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Common labels
*/}}
{{- define "todo-frontend.labels" -}}
helm.sh/chart: {{ include "todo-frontend.chart" . }}
{{ include "todo-frontend.selectorLabels" . }}
{{- if .Chart.AppVersion }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
Selector labels
*/}}
{{- define "todo-frontend.selectorLabels" -}}
app.kubernetes.io/name: {{ include "todo-frontend.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Create the name of the service account to use
*/}}
{{- define "todo-frontend.serviceAccountName" -}}
{{- include "todo-frontend.fullname" . }}
{{- end }}

{{/* ---- Additions to the scaffold ---- */}}

{{/*
Labels of the test pod. Not the selector labels: the Service, the PodDisruptionBudget and the HorizontalPodAutoscaler
would take the pod for one of the application's.
*/}}
{{- define "todo-frontend.testLabels" -}}
app.kubernetes.io/name: {{ include "todo-frontend.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
A value that may be a template of its own. Arguments: the root context, the value's key, the value. The key is put into
the text as a comment, because Helm's messages about such a template quote its text and nothing else.
*/}}
{{- define "todo-frontend.text" -}}
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
{{- define "todo-frontend.matchLabels" -}}
{{- $labels := dict }}
{{- range $name, $value := index . 2 }}
{{- $_ := set $labels $name (include "todo-frontend.text" (list (index $ 0) (index $ 1) $value)) }}
{{- end }}
{{- toYaml $labels }}
{{- end }}

{{/*
Host name of the Ingress.
*/}}
{{- define "todo-frontend.ingressHost" -}}
{{- include "todo-frontend.text" (list . "ingress.host" .Values.ingress.host) }}
{{- end }}

{{/*
The part of the pod spec that all pods of this chart share.
*/}}
{{- define "todo-frontend.podSpec" -}}
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
{{- define "todo-frontend.containerSpec" -}}
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
