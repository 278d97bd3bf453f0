{{/*
Expand the name of the chart.
*/}}
{{- define "<CHARTNAME>.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Create a default fully qualified app name.
We truncate at 63 chars because some Kubernetes name fields are limited to this (by the DNS naming spec).
If release name contains chart name it will be used as a full name.
*/}}
{{- define "<CHARTNAME>.fullname" -}}
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
{{- define "<CHARTNAME>.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Common labels
*/}}
{{- define "<CHARTNAME>.labels" -}}
helm.sh/chart: {{ include "<CHARTNAME>.chart" . }}
{{ include "<CHARTNAME>.selectorLabels" . }}
{{- if .Chart.AppVersion }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
Selector labels
*/}}
{{- define "<CHARTNAME>.selectorLabels" -}}
app.kubernetes.io/name: {{ include "<CHARTNAME>.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Create the name of the service account to use
*/}}
{{- define "<CHARTNAME>.serviceAccountName" -}}
{{- include "<CHARTNAME>.fullname" . }}
{{- end }}

{{/* ---- Additions to the scaffold ---- */}}

{{/*
Labels of the test pod. Not the selector labels: whatever selects the pods that serve would take it for one of them.
*/}}
{{- define "<CHARTNAME>.testLabels" -}}
app.kubernetes.io/name: {{ include "<CHARTNAME>.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
A value that may be a template of its own. Arguments: the root context, the value's key, the value. The key is put into
the text as a comment, because Helm's messages about such a template quote its text and nothing else.
*/}}
{{- define "<CHARTNAME>.text" -}}
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
A list of texts as YAML. In quotes, because a block of lines loses empty lines at its end.
*/}}
{{- define "<CHARTNAME>.texts" -}}
{{- range . }}
- {{ . | quote }}
{{- end }}
{{- end }}

{{/*
Labels to select pods by, as YAML; their values may be templates. Arguments: the root context, the values' key, the labels.
*/}}
{{- define "<CHARTNAME>.matchLabels" -}}
{{- $labels := dict }}
{{- range $name, $value := index . 2 }}
{{- $_ := set $labels $name (include "<CHARTNAME>.text" (list (index $ 0) (index $ 1) $value)) }}
{{- end }}
{{- toYaml $labels }}
{{- end }}

{{/*
The image's reference, with its digest where there is one. Argument: the map of the image.
*/}}
{{- define "<CHARTNAME>.image" -}}
{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}

{{/*
The part of the pod spec that all pods of this chart share.
*/}}
{{- define "<CHARTNAME>.podSpec" -}}
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
{{- end }}

{{/*
The part of the container that all containers of this chart share.
*/}}
{{- define "<CHARTNAME>.containerSpec" -}}
image: "{{ include "<CHARTNAME>.image" .Values.image }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end }}
