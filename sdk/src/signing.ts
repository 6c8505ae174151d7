// HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530).
import { ArgumentError } from './errors.ts'
import { hmacSha256, sha256 } from './sha256.ts'

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
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<ArrayBuffer>
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
/** What is longer is hashed faster by WebCrypto, its round trip included. */
const digestHereMaxBytes = 1_024

/** A key of the algorithm hmac-sha256: the key is the UTF-8 bytes of the secret as it was shown. */
export function hmacKey (keyId: string, secret: string): SigningKey {
  return { keyId, algorithm: 'hmac-sha256', sign: hmacSha256(text.encode(secret)) }
}

/** A key of the algorithm ed25519, from a private JWK or an imported key. */
export function ed25519Key (keyId: string, privateKey: PrivateJwk | ImportedKey): SigningKey {
  let imported: Promise<ImportedKey> | undefined
  return { keyId, algorithm: 'ed25519', sign: async bytes => crypto.subtle.sign('Ed25519', await (imported ??= importPrivateKey(privateKey)), bytes) }
}

/** The value of Content-Digest for a body. */
export async function contentDigest (body: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = body.length > digestHereMaxBytes ? await crypto.subtle.digest('SHA-256', body) : sha256().update(body).digest()
  return `sha-256=:${base64(digest)}:`
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
  const signature = await key.sign(text.encode(`${base}"@signature-params": ${params}`))
  return { 'signature-input': `sig1=${params}`, signature: `sig1=:${base64(signature)}:` }
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

function base64 (bytes: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
}
