// Callbacks as their receiver takes them: Standard Webhooks (standardwebhooks.com), v1 by the endpoint's secret, v1a by the public keys
// of kahub. WebCrypto alone; comparisons are in constant time.
import { ArgumentError, CallbackError, type CallbackReason } from './errors.ts'
import type { Event } from './generated/types.ts'
import type { ImportedKey } from './signing.ts'

/** The clocks of sender and receiver may be so far apart, and an attempt so old, in seconds. */
export const toleranceSecondsDefault = 300
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
    throw new ArgumentError('rawBody is the body as it came, as text or bytes; not parsed. Ask your framework for the raw body.')
  }
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signature = headerOf(headers, 'webhook-signature')
  if (!id || !timestamp || !signature) {
    throw refused('headers_missing', 'webhook-id, webhook-timestamp and webhook-signature must all be there.')
  }
  checkTime(timestamp, options)
  const body = typeof rawBody === 'string' ? text.encode(rawBody) : rawBody
  const content = joined(text.encode(`${id}.${timestamp}.`), body)
  await checkSignature(content, signature, options)
  const callback = parse(body)
  checkEndpoint(callback, options)
  return callback
}

/**
 * kahub's public keys, from its /.well-known/jwks.json: fetched once, again after a day, and when no key fits, at most every five
 * minutes. Over https, or from this machine. Make it once, where your program begins.
 */
export function publicKeysAt (url: string, { fetch: fetchKeys = fetch }: { readonly fetch?: typeof fetch } = {}): PublicKeys {
  if (!isTrusted(url)) throw new ArgumentError('publicKeysAt takes an https address: whoever can change the keys on their way can sign.')
  let known: { readonly keys: Promise<Jwks>, readonly fetchedMs: number } | undefined
  return {
    async read (age) {
      const nowMs = Date.now()
      if (known === undefined || nowMs - known.fetchedMs > (age === 'now' ? keysRefetchMs : keysKeptMs)) {
        const before = known?.keys
        known = { keys: fetchJwks(url, fetchKeys).catch(error => before ?? Promise.reject(error)), fetchedMs: nowMs }
      }
      try {
        return await known.keys
      } catch (error) {
        known = undefined
        throw error
      }
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
  const key = await crypto.subtle.importKey('raw', secretBytes(secret), hmac, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', key, text.encode(`${id}.${timestamp}.${body}`))
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${base64(new Uint8Array(signature))}`
    }
  }
}

/** A new secret, as kahub makes them: for tests and for `kahub listen`. */
export function newSecret (): string {
  return secretPrefix + base64(crypto.getRandomValues(new Uint8Array(32)))
}

const text = new TextEncoder()
const hmac = { name: 'HMAC', hash: 'SHA-256' } as const
const secretPrefix = 'whsec_'

function checkTime (timestamp: string, { toleranceSeconds = toleranceSecondsDefault, now = Date.now() }: UnwrapOptions): void {
  if (!/^\d{1,15}$/.test(timestamp)) throw refused('timestamp_malformed', 'webhook-timestamp is seconds since 1970.')
  const age = Math.floor(now / 1000) - Number(timestamp)
  if (age > toleranceSeconds) throw refused('too_old', `It was sent ${age} seconds ago: a copy, or the clock of this machine is ahead.`)
  if (age < -toleranceSeconds) throw refused('in_future', `It was sent in ${-age} seconds: the clock of this machine is behind.`)
}

async function checkSignature (content: Uint8Array<ArrayBuffer>, header: string, options: UnwrapOptions): Promise<void> {
  const secrets = typeof options.secrets === 'string' ? [options.secrets] : options.secrets ?? []
  const { publicKeys } = options
  if (secrets.length === 0 && publicKeys === undefined) throw new ArgumentError('Give secrets (whsec_…), publicKeys, or both.')
  if (publicKeys !== undefined && idsOf(options).length === 0) {
    throw new ArgumentError('Give endpoints (ep_…) with publicKeys: kahub has one key for all, and others could have theirs sent to you.')
  }
  const given = header.split(' ').slice(0, signaturesMax).map(one => one.split(',', 2) as [string, string | undefined])
  const of = (version: string) =>
    given.filter(([own]) => own === version).map(([, value]) => bytesOf(value ?? '')).filter(bytes => bytes !== undefined)
  const keys = await Promise.all(secrets.map(secret => crypto.subtle.importKey('raw', secretBytes(secret), hmac, false, ['verify'])))
  // WebCrypto compares in constant time.
  if (await fits('HMAC', keys, of('v1'), content)) return
  const v1a = of('v1a')
  if (publicKeys !== undefined && v1a.length > 0) {
    const jwks = 'read' in publicKeys ? await publicKeys.read('known') : publicKeys
    if (await fits('Ed25519', await importKeys(jwks), v1a, content)) return
    const fresh = 'read' in publicKeys ? await publicKeys.read('now') : jwks
    if (fresh !== jwks && await fits('Ed25519', await importKeys(fresh), v1a, content)) return
  }
  throw refused('signature_wrong', 'No signature fits: another secret, a body changed on its way (parsed and rewritten?), or a forgery.')
}

async function fits (
  algorithm: 'HMAC' | 'Ed25519',
  keys: readonly ImportedKey[],
  signatures: ReadonlyArray<Uint8Array<ArrayBuffer>>,
  content: Uint8Array<ArrayBuffer>
): Promise<boolean> {
  let fit = false
  for (const key of keys) {
    for (const signature of signatures) fit = await crypto.subtle.verify(algorithm, key, signature, content) || fit
  }
  return fit
}

async function importKeys ({ keys }: Jwks): Promise<ImportedKey[]> {
  const usable = keys.filter(({ kty, crv, x }) => kty === 'OKP' && crv === 'Ed25519' && x).slice(0, publicKeysMax)
  return await Promise.all(usable.map(({ kty, crv, x }) =>
    crypto.subtle.importKey('jwk', { kty, crv: crv!, x: x! }, 'Ed25519', false, ['verify'])))
}

function isTrusted (url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

async function fetchJwks (url: string, fetchKeys: typeof fetch): Promise<Jwks> {
  const response = await fetchKeys(url, { redirect: 'manual', signal: AbortSignal.timeout(keysFetchMs) })
  const jwks = response.ok ? await response.json() as Partial<Jwks> : undefined
  if (!Array.isArray(jwks?.keys)) {
    throw new ArgumentError(`${url} answered ${response.status} and no JWKS; give https://…/.well-known/jwks.json.`)
  }
  return jwks as Jwks
}

function parse (body: Uint8Array): Callback {
  try {
    const callback = JSON.parse(new TextDecoder().decode(body)) as Callback
    if (typeof callback?.type === 'string') return callback
  } catch {
    // Told below, without what stands in it.
  }
  throw refused('body_unreadable', 'The body is signed, and is no event.')
}

/** Whoever has an endpoint can have kahub call your address, signed with the key of all. */
function checkEndpoint ({ endpoint }: Callback, options: UnwrapOptions): void {
  if (options.endpoints === undefined || idsOf(options).includes(endpoint)) return
  throw refused('endpoint_unknown', 'It is signed, and was sent to an endpoint that is not among yours.')
}

function idsOf ({ endpoints = [] }: UnwrapOptions): readonly string[] {
  return typeof endpoints === 'string' ? [endpoints] : endpoints
}

function headerOf (headers: HeadersLike, name: string): string | undefined {
  if (typeof headers.get === 'function') return (headers.get as (name: string) => string | null)(name) ?? undefined
  const record = headers as Readonly<Record<string, string | readonly string[] | undefined>>
  const value = record[name] ?? Object.entries(record).find(([own]) => own.toLowerCase() === name)?.[1]
  return Array.isArray(value) ? value.join(' ') : value as string | undefined
}

function secretBytes (secret: string): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''))
  if (bytes === undefined || bytes.length < 16) {
    throw new ArgumentError('A secret starts with whsec_, as it was shown when the endpoint was made.')
  }
  return bytes
}

function bytesOf (base64Text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64Text), character => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function base64 (bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function joined (first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

function refused (reason: CallbackReason, detail: string): CallbackError {
  return new CallbackError({ code: 'callback_refused', title: 'The callback is not genuine', detail, reason })
}
