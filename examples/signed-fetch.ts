// A fetch that signs each request (RFC 9421, hmac-sha256), for clients that other generators print from openapi.yaml.
import { createHash, createHmac, randomUUID } from 'node:crypto'

/** Like fetch, with the headers Content-Digest, Signature-Input and Signature added; the secret is used as it was shown. */
export function signedFetch ({ keyId, secret }: { readonly keyId: string, readonly secret: string }): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const { method, url, signal } = request
    const { pathname, search } = new URL(url)
    const body = Buffer.from(await request.arrayBuffer())
    const headers = new Headers(request.headers)
    if (body.length > 0) headers.set('content-digest', `sha-256=:${createHash('sha256').update(body).digest('base64')}:`)

    const covered = [['@method', method], ['@path', pathname], ['@query', search || '?']]
    for (const [name, value] of headers) if (/^(content-digest|idempotency-key|kahub-.*)$/.test(name)) covered.push([name, value])
    const names = covered.map(([name]) => `"${name}"`).join(' ')
    const created = Math.floor(Date.now() / 1000)
    const params = `(${names});created=${created};keyid="${keyId}";nonce="${randomUUID()}";alg="hmac-sha256"`
    const base = covered.map(([name, value]) => `"${name}": ${value}\n`).join('') + `"@signature-params": ${params}`
    headers.set('signature-input', `sig1=${params}`)
    headers.set('signature', `sig1=:${createHmac('sha256', secret).update(base).digest('base64')}:`)
    return await fetch(url, { method, headers, signal, ...(body.length > 0 && { body }) })
  }
}
