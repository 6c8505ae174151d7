#!/bin/sh
# Buys one code with curl and openssl alone: finds a SKU, places a signed order, prints the answer. Run it twice with the same
# reference and the second answer is the same order, with the same code:
#   examples/buy.sh [REFERENCE]
# KAHUB_CREDENTIALS names the file with url, keyId and secret (default .kahub/demo.json).
set -eu

credentials=${KAHUB_CREDENTIALS:-.kahub/demo.json}
read_credential () { sed -n "s/^ *\"$1\": *\"\(.*\)\",\{0,1\}$/\1/p" "$credentials"; }
url=$(read_credential url)
key_id=$(read_credential keyId)
secret=$(read_credential secret)
reference=${1:-sh-$(openssl rand -hex 8)}

# signed METHOD PATH [QUERY] [BODY]: QUERY begins with "?" or is empty. Each part is explained in docs/signing.md.
signed () {
  method=$1 path=$2 query=${3:-} body=${4:-}
  components='"@method" "@path" "@query"'
  base=$(printf '"@method": %s\n"@path": %s\n"@query": %s' "$method" "$path" "${query:-?}")
  set -- --silent --show-error --request "$method"
  if [ -n "$body" ]; then
    digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | openssl base64 -A):"
    components="$components \"content-digest\""
    base=$(printf '%s\n"content-digest": %s' "$base" "$digest")
    set -- "$@" --header "content-digest: $digest" --header 'content-type: application/json' --data-binary "$body"
  fi
  params="($components);created=$(date +%s);keyid=\"$key_id\";nonce=\"$(openssl rand -hex 16)\";alg=\"hmac-sha256\""
  base=$(printf '%s\n"@signature-params": %s' "$base" "$params")
  signature=$(printf %s "$base" | openssl dgst -sha256 -hmac "$secret" -binary | openssl base64 -A)
  curl "$@" --header "signature-input: sig1=$params" --header "signature: sig1=:$signature:" "$url$path$query"
}

# The first SKU of the first product; a real shop reads the JSON.
sku=$(signed GET /v1/products '?tag=hot&limit=1' | grep -o 'sku_[0-9a-z]*' | head -n 1)
signed POST /v1/orders '' "{\"reference\":\"$reference\",\"lines\":[{\"sku\":\"$sku\",\"quantity\":1}]}"
echo
