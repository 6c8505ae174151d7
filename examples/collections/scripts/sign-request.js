/* eslint no-unused-vars: off */
// What both collections sign with: RFC 9421 with hmac-sha256. See docs/signing.md. The secret is used as it was shown, khs_ included.
function signRequest (CryptoJS, key, request) {
  const [, origin, givenPath, givenQuery = ''] = /^(https?:\/\/[^/?#]+)([^?#]*)(\?[^#]*)?/.exec(request.url)
  // Encoded once, here: what is signed is what stands in the request line.
  const encoded = text => text.replace(/[^\w!$&()*+,;=:@/?%.~'-]/gu, encodeURIComponent).replace(/'/g, '%27')
  const path = encoded(givenPath) || '/'
  const query = encoded(givenQuery)
  const headers = {}
  const covered = [['@method', request.method.toUpperCase()], ['@path', path], ['@query', query || '?']]
  if (request.body) {
    headers['Content-Digest'] = `sha-256=:${CryptoJS.SHA256(request.body).toString(CryptoJS.enc.Base64)}:`
    covered.push(['content-digest', headers['Content-Digest']])
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (/^(idempotency-key|kahub-.*)$/i.test(name)) covered.push([name.toLowerCase(), value.trim()])
  }
  const names = covered.map(([name]) => `"${name}"`).join(' ')
  const params = `(${names});created=${key.created};keyid="${key.keyId}";nonce="${key.nonce}";alg="hmac-sha256"`
  const base = covered.map(([name, value]) => `"${name}": ${value}\n`).join('') + `"@signature-params": ${params}`
  headers['Signature-Input'] = `sig1=${params}`
  headers.Signature = `sig1=:${CryptoJS.HmacSHA256(base, key.secret).toString(CryptoJS.enc.Base64)}:`
  return { url: origin + path + query, headers }
}
