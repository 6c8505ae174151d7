// HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530).
import { ArgumentError } from './errors.ts'

/** A private Ed25519 key as JSON Web Key (RFC 8037). */
export interface PrivateJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly d: string
}

/** A CryptoKey, whichever of DOM and Node describes it. */
export type ImportedKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** What signs: a key that cannot be read back or printed. */
export interface SigningKey {
  readonly keyId: string
  readonly algorithm: 'hmac-sha256' | 'ed25519'
  /** The signature of a text, in base64. */
  readonly sign: (base: string) => string | Promise<string>
}

/** What a signature covers: the request line and these headers, in this order. */
export interface SignedParts {
  readonly method: string
  readonly path: string
  /** With its question mark; `?` alone when there is none. */
  readonly query: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

const text = new TextEncoder()
/** What is longer is hashed beside the work of others, by WebCrypto. */
const digestHereMaxBytes = 65_536

/** A key of the algorithm hmac-sha256: the key is the UTF-8 bytes of the secret as it was shown. */
export function hmacKey (keyId: string, secret: string): SigningKey {
  const native = nativeCrypto()
  if (native) return { keyId, algorithm: 'hmac-sha256', sign: base => native.createHmac('sha256', secret).update(base).digest('base64') }
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  return webKey(keyId, 'hmac-sha256', () => crypto.subtle.importKey('raw', text.encode(secret), hmac, false, ['sign']))
}

/** A key of the algorithm ed25519, from a private JWK or an imported key. */
export function ed25519Key (keyId: string, privateKey: PrivateJwk | ImportedKey): SigningKey {
  return webKey(keyId, 'ed25519', () => importPrivateKey(privateKey))
}

/** The value of Content-Digest for a body. */
export async function contentDigest (body: Uint8Array<ArrayBuffer>): Promise<string> {
  const native = body.length < digestHereMaxBytes && nativeCrypto()
  return `sha-256=:${native ? native.createHash('sha256').update(body).digest('base64') : base64(await crypto.subtle.digest('SHA-256', body))}:`
}

/** The two headers that sign a request; `createdS` is seconds since 1970, the nonce must never have been used before. */
export async function signatureHeaders (
  key: SigningKey,
  parts: SignedParts,
  { createdS, nonce }: { readonly createdS: number, readonly nonce: string }
): Promise<{ 'signature-input': string, signature: string }> {
  let names = '"@method" "@path" "@query"'
  let base = `"@method": ${parts.method}\n"@path": ${parts.path}\n"@query": ${parts.query}\n`
  for (const [name, value] of parts.headers) {
    names += ` "${name}"`
    base += `"${name}": ${value}\n`
  }
  const params = `(${names});created=${createdS};keyid="${key.keyId}";nonce="${nonce}";alg="${key.algorithm}"`
  const signature = await key.sign(`${base}"@signature-params": ${params}`)
  return { 'signature-input': `sig1=${params}`, signature: `sig1=:${signature}:` }
}

async function importPrivateKey (privateKey: PrivateJwk | ImportedKey): Promise<ImportedKey> {
  if (!('kty' in privateKey)) return privateKey
  const { kty, crv, x, d } = privateKey
  try {
    return await crypto.subtle.importKey('jwk', { kty, crv, x, d }, 'Ed25519', false, ['sign'])
  } catch {
    // The cause is left out: it might repeat the key.
    throw new ArgumentError('privateKey is no valid Ed25519 key, or this runtime has none in WebCrypto.')
  }
}

interface NativeHash {
  update (bytes: string | Uint8Array): NativeHash
  digest (encoding: 'base64'): string
}

interface NativeCrypto {
  createHash (algorithm: string): NativeHash
  createHmac (algorithm: string, key: string): NativeHash
}

/**
 * The crypto of Node, Bun and Deno, where it is at hand without an import: for what is as short as a signature it costs a tenth of the
 * round trip of WebCrypto, which signs everywhere else.
 */
function nativeCrypto (): NativeCrypto | undefined {
  const { process } = globalThis as { readonly process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.('node:crypto') as NativeCrypto | undefined
}

/** A key that WebCrypto signs with, imported once. */
function webKey (keyId: string, algorithm: SigningKey['algorithm'], importKey: () => Promise<ImportedKey>): SigningKey {
  let imported: Promise<ImportedKey> | undefined
  return {
    keyId,
    algorithm,
    async sign (base) {
      const key = await (imported ??= importKey())
      return base64(await crypto.subtle.sign(key.algorithm.name, key, text.encode(base)))
    }
  }
}

function base64 (bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
}
