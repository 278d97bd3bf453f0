{{/* ---- What the charts of services have besides, whatever the service is ---- */}}

{{/*
Name of the Service.
*/}}
{{- define "<CHARTNAME>.serviceName" -}}
{{- default (include "<CHARTNAME>.fullname" .) .Values.service.name }}
{{- end }}

{{/*
Port of the Service.
*/}}
{{- define "<CHARTNAME>.servicePort" -}}
{{- default .Values.containerPort .Values.service.port }}
{{- end }}

{{/*
Not empty where there is a test: it asks the readiness path, or runs a command of the values.
*/}}
{{- define "<CHARTNAME>.hasTest" -}}
{{- $asks := and .Values.probes.readiness.path (not .Values.probes.readiness.exec) }}
{{- if and .Values.test.enabled .Values.containerPort (or .Values.test.command $asks) }}yes{{ end }}
{{- end }}

{{/*
Host name of the Ingress.
*/}}
{{- define "<CHARTNAME>.ingressHost" -}}
{{- include "<CHARTNAME>.text" (list . "ingress.host" .Values.ingress.host) }}
{{- end }}

{{/*
Name of the Secret with the variables.
*/}}
{{- define "<CHARTNAME>.secretName" -}}
{{- include "<CHARTNAME>.text" (list . "secrets.existingSecret" .Values.secrets.existingSecret) }}
{{- end }}

{{/*
Keys that have to be in the Secret, as a JSON list: those of all variables but the optional ones.
*/}}
{{- define "<CHARTNAME>.requiredKeys" -}}
{{- $keys := list }}
{{- range $name, $key := .Values.secrets.keys }}
{{- if and $key (not (has $name $.Values.secrets.optional)) }}
{{- $keys = append $keys $key }}
{{- end }}
{{- end }}
{{- $keys | uniq | sortAlpha | toJson }}
{{- end }}

{{/*
What a shell puts in for a key's value: a new random one where nobody has to know it. Argument: the key.
*/}}
{{- define "<CHARTNAME>.secretValue" -}}
{{- ternary "$(openssl rand -hex 32)" "…" (has . (list "AUTH_SECRET" "POSTGRES_PASSWORD" "SECRET_KEY")) }}
{{- end }}

{{/*
The command that makes the Secret.
*/}}
{{- define "<CHARTNAME>.createSecret" -}}
kubectl create secret generic {{ include "<CHARTNAME>.secretName" . }} --namespace {{ .Release.Namespace }}
{{- range include "<CHARTNAME>.requiredKeys" . | fromJsonArray }} --from-literal={{ . }}={{ include "<CHARTNAME>.secretValue" . }}{{ end }}
{{- end }}

{{/*
The variables that come from the Secret.
*/}}
{{- define "<CHARTNAME>.secretEnv" -}}
{{- $secret := include "<CHARTNAME>.secretName" . }}
{{- range $name, $key := .Values.secrets.keys }}
{{- if $key }}
{{- if not $secret }}
{{- fail (printf "secrets.existingSecret: expected the name of the Secret that holds %s, because secrets.keys.%s asks for that, found none; name the Secret, or remove the key" $key $name) }}
{{- end }}
- name: {{ $name | quote }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret | quote }}
      key: {{ $key | quote }}
      {{- if has $name $.Values.secrets.optional }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The other variables with their final texts, as a JSON map.
*/}}
{{- define "<CHARTNAME>.variables" -}}
{{- $variables := dict }}
{{- range $name, $value := .Values.env }}
{{- if get $.Values.secrets.keys $name }}
{{- fail (printf "env.%s is also in secrets.keys; keep it in one of the two" $name) }}
{{- end }}
{{- $text := include "<CHARTNAME>.text" (list $ (printf "env.%s" $name) $value) }}
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
{{- $_ := set $variables $name $text }}
{{- end }}
{{- $variables | toJson }}
{{- end }}

{{/*
Those that are in the ConfigMap, as a JSON map: all but those with a $( in their text, which Kubernetes fills in where it
stands in the container, and in a ConfigMap leaves as it is.
*/}}
{{- define "<CHARTNAME>.config" -}}
{{- $config := dict }}
{{- range $name, $text := include "<CHARTNAME>.variables" . | fromJson }}
{{- if not (contains "$(" $text) }}
{{- $_ := set $config $name $text }}
{{- end }}
{{- end }}
{{- $config | toJson }}
{{- end }}

{{/*
Name of the ConfigMap, which follows from what it holds; empty where it would hold nothing.
*/}}
{{- define "<CHARTNAME>.configName" -}}
{{- $config := include "<CHARTNAME>.config" . }}
{{- if ne $config "{}" }}
{{- printf "%s-config-%s" (include "<CHARTNAME>.fullname" .) ($config | sha256sum | trunc 10) }}
{{- end }}
{{- end }}

{{/*
What the application has beside its ConfigMap. The secrets come first: Kubernetes replaces $(NAME) only where NAME stands
before it.
*/}}
{{- define "<CHARTNAME>.env" -}}
{{- include "<CHARTNAME>.secretEnv" . }}
{{- range $name, $text := include "<CHARTNAME>.variables" . | fromJson }}
{{- if contains "$(" $text }}
- name: {{ $name | quote }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/*
All variables, for a container that may run before the ConfigMap is made. Kubernetes makes one $ of $$ here, so that a text
which is to arrive as it is gets twice as many.
*/}}
{{- define "<CHARTNAME>.envInline" -}}
{{- include "<CHARTNAME>.secretEnv" . }}
{{- range $name, $text := include "<CHARTNAME>.variables" . | fromJson }}
- name: {{ $name | quote }}
  value: {{ ternary $text (replace "$$" "$$$$" $text) (contains "$(" $text) | quote }}
{{- end }}
{{- end }}

{{/*
A probe; empty where there is nothing to ask. Arguments: the root context, the values of the probe.
*/}}
{{- define "<CHARTNAME>.probe" -}}
{{- $probe := index . 1 }}
{{- if $probe.exec }}
exec:
  command:
    {{- include "<CHARTNAME>.texts" $probe.exec | trim | nindent 4 }}
{{- omit $probe "path" "exec" | toYaml | nindent 0 }}
{{- else if (index . 0).Values.containerPort }}
{{- with $probe.path }}
httpGet:
  path: {{ . }}
  port: http
{{- else }}
tcpSocket:
  port: http
{{- end }}
{{- omit $probe "path" "exec" | toYaml | nindent 0 }}
{{- end }}
{{- end }}

{{/*
As podSpec, with the directories that may be written to.
*/}}
{{- define "<CHARTNAME>.podSpecWithVolumes" -}}
{{- include "<CHARTNAME>.podSpec" . }}
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
As containerSpec, with the directories that may be written to.
*/}}
{{- define "<CHARTNAME>.containerSpecWithVolumes" -}}
{{- include "<CHARTNAME>.containerSpec" . }}
{{- with .Values.writablePaths }}
volumeMounts:
  {{- range $index, $path := . }}
  - name: writable-{{ $index }}
    mountPath: {{ $path | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/*
Where the pods of a NetworkPolicy may connect to.
*/}}
{{- define "<CHARTNAME>.networkPolicyEgress" -}}
egress:
  # DNS by port: where it runs and which labels it has differ from cluster to cluster.
  - ports:
      - port: 53
        protocol: UDP
      - port: 53
        protocol: TCP
  {{- range .Values.networkPolicy.allowTo }}
  - to:
      - podSelector:
          matchLabels:
            {{- include "<CHARTNAME>.matchLabels" (list $ "networkPolicy.allowTo" .matchLabels) | nindent 12 }}
    ports:
      - port: {{ .port }}
        protocol: TCP
  {{- end }}
  {{- with .Values.networkPolicy.allowExternalPorts }}
  - ports:
      {{- range . }}
      - port: {{ . }}
        protocol: TCP
      {{- end }}
  {{- end }}
{{- end }}

{{/*
What NOTES.txt says of a Secret that is not there, and of the ways in from outside the cluster.
*/}}
{{- define "<CHARTNAME>.notes" -}}
{{- $keys := include "<CHARTNAME>.requiredKeys" . | fromJsonArray }}
{{- $secret := include "<CHARTNAME>.secretName" . }}
{{- if and .Values.secrets.lookup $keys (not (lookup "v1" "Secret" .Release.Namespace $secret)) }}

The pods wait for the Secret {{ $secret }}. Make it, unless it is there:
  {{ include "<CHARTNAME>.createSecret" . }}
{{- end }}
{{- if .Values.ingress.enabled }}

Through the Ingress:
{{- range .Values.ingress.paths }}  http{{ if $.Values.ingress.tls.secretName }}s{{ end }}://{{ include "<CHARTNAME>.ingressHost" $ }}{{ . }}{{ end }}
{{- end }}
{{- if .Values.httpRoute.enabled }}

Through the Gateway {{ (first .Values.httpRoute.parentRefs).name }}:
{{- range .Values.httpRoute.hostnames }}
{{- $host := . }}
{{- range $.Values.httpRoute.paths }}
  http://{{ $host }}{{ . }}  (https where the listener ends TLS)
{{- end }}
{{- else }}
  on each of its hostnames, at {{ join ", " .Values.httpRoute.paths }}
{{- end }}
{{- end }}
{{- end }}
