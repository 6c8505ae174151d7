// Callbacks as their receiver takes them: Standard Webhooks (standardwebhooks.com), v1 by the endpoint's secret, v1a by the public keys
// of kahub. WebCrypto alone; comparisons are in constant time.
import { ArgumentError, CallbackError } from './errors.ts'
import type { Event } from './generated/types.ts'
import type { ImportedKey } from './signing.ts'

/** The clocks of sender and receiver may be so far apart, and an attempt so old, in seconds. */
const toleranceSecondsDefault = 300
/** Signatures looked at in one header, and keys tried. */
const signaturesMax = 20
const publicKeysMax = 20
const keysRefetchMs = 300_000
/** Keys are taken for good so long; then they are fetched anew, and those known kept when that fails. */
const keysKeptMs = 86_400_000
const keysFetchMs = 10_000

/** What a callback tells: an event, with its place in what was sent to this endpoint. */
export type Callback = Event & {
  /** The endpoint that it was sent to. */
  readonly endpoint: string
  /** The sequence of the event in the feed; `sequence` counts what was sent to this endpoint, without a gap. */
  readonly event_sequence: number
  /** true: a sample you asked for. */
  readonly simulated?: boolean
}

export interface PublicJwk { readonly kty: string, readonly crv?: string, readonly x?: string, readonly kid?: string }

/** A JSON Web Key Set (RFC 7517). */
export interface Jwks { readonly keys: readonly PublicJwk[] }

/** Public keys from where kahub shows them. */
export interface PublicKeys {
  /** The keys as they were last fetched, or as they are now. */
  read (age: 'known' | 'now'): Promise<Jwks>
}

export interface UnwrapOptions {
  /** The endpoint's secrets (whsec_…): one, or while you rotate both. */
  readonly secrets?: string | readonly string[] | undefined
  /** kahub's public keys, for v1a: as JWKS, or `publicKeysAt(url)`. They sign for every reseller, so give `endpoints` too. */
  readonly publicKeys?: Jwks | PublicKeys | undefined
  /** The ids of your endpoints (ep_…), one or several: a callback that was sent to another is refused. */
  readonly endpoints?: string | readonly string[] | undefined
  readonly toleranceSeconds?: number | undefined
  /** The present in milliseconds since 1970, instead of Date.now(). */
  readonly now?: number | undefined
}

/** Headers of a request, as any framework has them. */
export type HeadersLike = { get (name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The event of a callback, once its signature and time hold; a CallbackError with its reason otherwise. `rawBody` is what came, byte
 * for byte: a parsed and rewritten body has another signature. Answer 2xx as soon as you have it; `webhook-id` is the same at every
 * attempt, so remember it to take nothing twice.
 */
export async function unwrap (rawBody: string | Uint8Array, headers: HeadersLike, options: UnwrapOptions): Promise<Callback> {
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) {
    throw new ArgumentError('rawBody is text or bytes as they came, not parsed.')
  }
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signature = headerOf(headers, 'webhook-signature')
  if (!id || !timestamp || !signature) throw new CallbackError('headers_missing', 'A webhook header is missing.')
  checkTime(timestamp, options)
  const content = await new Blob([`${id}.${timestamp}.`, rawBody as BlobPart]).arrayBuffer()
  await checkSignature(content, signature, options)
  return readCallback(typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody), options)
}

/**
 * kahub's public keys, from its /.well-known/jwks.json: fetched once, again after a day, and when no key fits, at most every five
 * minutes. Over https, or from this machine. Make it once, where your program begins.
 */
export function publicKeysAt (url: string, { fetch: fetchKeys = fetch }: { readonly fetch?: typeof fetch } = {}): PublicKeys {
  if (!isTrusted(url)) throw new ArgumentError('publicKeysAt takes an https address.')
  const fetchJwks = async (): Promise<Jwks> => {
    const response = await fetchKeys(url, { redirect: 'manual', signal: AbortSignal.timeout(keysFetchMs) })
    const jwks = response.ok && await response.json()
    if (!Array.isArray(jwks?.keys)) throw new ArgumentError(`${url} answered ${response.status} and no JWKS.`)
    return jwks
  }
  let known: Promise<Jwks> | undefined
  let fetchedMs = 0
  return {
    async read (age) {
      const before = known
      if (before === undefined || Date.now() - fetchedMs > (age === 'now' ? keysRefetchMs : keysKeptMs)) {
        fetchedMs = Date.now()
        known = fetchJwks().catch(error => {
          known = before
          return before ?? Promise.reject(error)
        })
      }
      return await known!
    }
  }
}

/** What a test of your receiver sends: the body and headers of a genuine callback, signed with your secret. */
export async function signForTest (
  event: object | string,
  { secret, id = `dlv_test_${crypto.randomUUID()}`, timestamp = Math.floor(Date.now() / 1000) }: {
    readonly secret: string, readonly id?: string, readonly timestamp?: number
  }
): Promise<{ readonly body: string, readonly headers: Record<string, string> }> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const signature = await crypto.subtle.sign('HMAC', await importSecret(secret), new TextEncoder().encode(`${id}.${timestamp}.${body}`))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': `${timestamp}`,
      'webhook-signature': `v1,${base64(new Uint8Array(signature))}`
    }
  }
}

/** A new secret, as kahub makes them: for tests and for `kahub listen`. */
export function newSecret (): string {
  return secretPrefix + base64(crypto.getRandomValues(new Uint8Array(32)))
}

const secretPrefix = 'whsec_'

function checkTime (timestamp: string, { toleranceSeconds = toleranceSecondsDefault, now = Date.now() }: UnwrapOptions): void {
  if (!/^\d{1,15}$/.test(timestamp)) throw new CallbackError('timestamp_malformed', 'webhook-timestamp is no time.')
  const age = Math.floor(now / 1000) - Number(timestamp)
  if (Math.abs(age) <= toleranceSeconds) return
  throw new CallbackError(age > 0 ? 'too_old' : 'in_future', `It is ${age} seconds old: a copy, or the clock here is wrong.`)
}

async function checkSignature (content: ArrayBuffer, header: string, options: UnwrapOptions): Promise<void> {
  const { publicKeys, secrets = [], endpoints = [] } = options
  if (publicKeys === undefined && secrets.length === 0) throw new ArgumentError('Give secrets or publicKeys.')
  if (publicKeys !== undefined && endpoints.length === 0) {
    throw new ArgumentError('Give endpoints with publicKeys.')
  }
  const given = header.split(' ').slice(0, signaturesMax).map(one => one.split(','))
  // WebCrypto compares in constant time.
  const fits = async (version: string, keys: ReadonlyArray<Promise<ImportedKey>>): Promise<boolean> => {
    let fit = false
    for (const key of await Promise.all(keys)) {
      for (const [own, value] of given) {
        if (own === version) fit = await crypto.subtle.verify(key.algorithm.name, key, bytesOf(value), content) || fit
      }
    }
    return fit
  }
  if (await fits('v1', [secrets].flat().map(importSecret))) return
  for (const age of publicKeys !== undefined && given.some(([own]) => own === 'v1a') ? ['known', 'now'] as const : []) {
    if (await fits('v1a', importKeys('read' in publicKeys! ? await publicKeys.read(age) : publicKeys!))) return
  }
  throw new CallbackError('signature_wrong', 'No signature fits: a wrong secret, a body that was rewritten, or a forgery.')
}

function importSecret (secret: string): Promise<ImportedKey> {
  const bytes = bytesOf(secret.replace(secretPrefix, ''))
  if (bytes.length < 16) throw new ArgumentError('A secret starts with whsec_.')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

function importKeys ({ keys }: Jwks): Array<Promise<ImportedKey>> {
  return keys.filter(({ kty, crv, x }) => kty === 'OKP' && crv === 'Ed25519' && x).slice(0, publicKeysMax)
    .map(({ kty, crv, x }) => crypto.subtle.importKey('jwk', { kty, crv: crv!, x: x! }, 'Ed25519', false, ['verify']))
}

/** Whoever can change the keys on their way can sign. */
function isTrusted (url: string): boolean {
  return URL.canParse(url) && /^(https:|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$))/.test(new URL(url).href)
}

function readCallback (body: string, { endpoints }: UnwrapOptions): Callback {
  let callback: Callback | undefined
  try {
    callback = JSON.parse(body) as Callback
  } catch {
    // Told below, without what stands in it.
  }
  if (typeof callback?.type !== 'string') throw new CallbackError('body_unreadable', 'The body is no event.')
  // Whoever has an endpoint can have kahub call your address, signed with the key of all.
  if (endpoints === undefined || [endpoints].flat().includes(callback.endpoint)) return callback
  throw new CallbackError('endpoint_unknown', 'The endpoint is not yours.')
}

function headerOf (headers: HeadersLike, name: string): string | null | undefined {
  if (typeof headers.get === 'function') return headers.get(name)
  const [, value] = Object.entries(headers).find(([own]) => own.toLowerCase() === name) ?? []
  return Array.isArray(value) ? value.join(' ') : value
}

/** No bytes when it is not base64. */
function bytesOf (base64Text = ''): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64Text), character => character.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}

function base64 (bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
