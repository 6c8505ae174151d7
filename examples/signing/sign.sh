#!/bin/sh
# Signs a request with curl and openssl alone, sends it and prints the answer:
#   examples/signing/sign.sh [--print] [METHOD] [TARGET] [BODY]        GET /v1/me when left out
# The key: KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, or the file KAHUB_CREDENTIALS (.kahub/demo.json).
# --print prints the headers instead of sending; KAHUB_CREATED and KAHUB_NONCE then take the place of clock and chance.
set -eu

credentials=${KAHUB_CREDENTIALS:-.kahub/demo.json}
read_credential () { sed -n "s/^ *\"$1\": *\"\(.*\)\",\{0,1\}$/\1/p" "$credentials"; }
url=${KAHUB_URL:-$(read_credential url)}
key_id=${KAHUB_KEY_ID:-$(read_credential keyId)}
secret=${KAHUB_SECRET:-$(read_credential secret)}

print=no
if [ "${1:-}" = --print ]; then print=yes; shift; fi
method=${1:-GET} target=${2:-/v1/me} body=${3:-}

path=${target%%\?*}
case $target in *\?*) query="?${target#*\?}" ;; *) query='?' ;; esac
components='"@method" "@path" "@query"'
base=$(printf '"@method": %s\n"@path": %s\n"@query": %s' "$method" "$path" "$query")
digest=
if [ -n "$body" ]; then
  digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
  components="$components \"content-digest\""
  base=$(printf '%s\n"content-digest": %s' "$base" "$digest")
fi
created=${KAHUB_CREATED:-$(date +%s)}
nonce=${KAHUB_NONCE:-$(openssl rand -hex 16)}
params="($components);created=$created;keyid=\"$key_id\";nonce=\"$nonce\";alg=\"hmac-sha256\""
base=$(printf '%s\n"@signature-params": %s' "$base" "$params")
# On a machine shared with others, sign in a language: what openssl is called with can be read by them while it runs.
signature=$(printf %s "$base" | openssl dgst -sha256 -hmac "$secret" -binary | openssl base64 -A)

set -- "signature-input: sig1=$params" "signature: sig1=:$signature:"
if [ -n "$digest" ]; then set -- "$@" "content-digest: $digest"; fi
if [ "$print" = yes ]; then printf '%s\n' "$@"; exit; fi

if [ -n "$body" ]; then
  curl --silent --show-error --fail-with-body --globoff --path-as-is --request "$method" "$url$target" \
    --header "$1" --header "$2" --header "$3" --header 'content-type: application/json' --data-binary "$body"
else
  curl --silent --show-error --fail-with-body --globoff --path-as-is --request "$method" "$url$target" --header "$1" --header "$2"
fi
echo
