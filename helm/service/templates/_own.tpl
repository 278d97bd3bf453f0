{{/* ---- What this chart alone has; the other helpers are generated ---- */}}

{{/*
What runs before the application: nothing.
*/}}
{{- define "service.initContainers" -}}
{{- end }}

{{/*
The pods of the NetworkPolicy.
*/}}
{{- define "service.networkPolicyPods" -}}
matchLabels:
  {{- include "service.selectorLabels" . | nindent 2 }}
{{- end }}

{{/*
What the test runs unless the values say otherwise; the address to ask is put behind it.
*/}}
{{- define "service.testCommand" -}}
- sh
- -c
- |
  url=$0 end=$(($(date +%s) + 40)) said=
  has() { command -v "$1" >/dev/null; }
  if has curl; then
    ask() { curl --fail --silent --show-error --max-time 10 --output /dev/null "$url"; }
  elif has wget; then
    ask() { wget -q -T 10 -O /dev/null "$url"; }
  elif has python3; then
    ask() { python3 -c 'import sys, urllib.request as http; http.urlopen(sys.argv[1], timeout=10)' "$url"; }
  elif has node; then
    ask() { node -e 'fetch(process.argv[1]).then(({ ok, status }) => { if (!ok) throw status; }).catch((error) => { console.log(error.cause?.message ?? error); process.exit(1); });' "$url"; }
  else
    echo "expected curl, wget, python3 or node in the image to ask $url with, found none; set test.command, or test.enabled to false"
    exit 1
  fi
  until answer=$(ask 2>&1); do
    line="$url $(echo "$answer" | tail -n 1)"
    if [ "$line" != "$said" ]; then echo "$line"; said=$line; fi
    if [ "$(date +%s)" -gt "$end" ]; then exit 1; fi
    sleep 1
  done
  echo "$url answered"
{{- end }}
