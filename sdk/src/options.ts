// What a client is made with, and its checking.
import { ArgumentError } from './errors.ts'
import type { Logger } from './log.ts'
import type { DecryptionKeys } from './sealed.ts'
import { ed25519Key, hmacKey, type ImportedKey, type PrivateJwk, type SigningKey } from './signing.ts'

export const timeoutMsDefault = 30_000
/** The longest time-out: what a timer of every runtime can count. */
export const timeoutMsMax = 2_147_483_647
export const retriesMaxDefault = 2
export const retriesMaxLimit = 10

interface CommonOptions {
  /** The id of the key: key_live_… or key_test_…. */
  readonly keyId: string
  /** hmac-sha256 or ed25519. Only compared: the key that is given decides. */
  readonly algorithm?: 'hmac-sha256' | 'ed25519' | (string & {}) | undefined
  /** How long one attempt may take, in milliseconds. 30000 when left out. */
  readonly timeoutMs?: number | undefined
  /** How often a call that may be repeated is repeated, 0 to 10. 2 when left out. */
  readonly retriesMax?: number | undefined
  /**
   * What opens codes that are sealed to an encryption key of yours: private JWKs, or a function from a kid to one. They stay here,
   * and are never printed.
   */
  readonly decryptionKeys?: DecryptionKeys | undefined
  /** Where calls are written down, such as console: what is sent, answered, tried again and failed; no body, signature or secret. */
  readonly logger?: Logger | undefined
  /** true: make a client in a browser all the same, where every visitor can take the key. */
  readonly dangerouslyAllowBrowser?: boolean | undefined
  /** What sends the requests, instead of the runtime's fetch. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** The present in milliseconds since 1970, instead of Date.now. Signatures are made with it. */
  readonly clock?: (() => number) | undefined
  /** What waits between two attempts, instead of a timer. */
  readonly pause?: ((ms: number) => Promise<void>) | undefined
}

/** Where the API is; the content of demo.json and operator.json can be given as it stands. */
type Place = { readonly baseUrl: string } | { readonly url: string }

/** The shared secret of an hmac-sha256 key, or the private key of an ed25519 key. */
type Credential = { readonly secret: string } | { readonly privateKey: PrivateJwk | ImportedKey }

export type KahubOptions = CommonOptions & Place & Credential

/** A page is read by its visitors, and so is a key in it. */
export function refuseBrowser ({ dangerouslyAllowBrowser }: KahubOptions): void {
  if (dangerouslyAllowBrowser || !('window' in globalThis && 'document' in globalThis)) return
  throw new ArgumentError('In a browser every visitor could take the key and buy with it: call kahub from your server. ' +
    'dangerouslyAllowBrowser: true allows it all the same.')
}

/** The address without a slash at its end. */
export function readBaseUrl (options: KahubOptions): string {
  const given = 'baseUrl' in options ? options.baseUrl : options.url
  const url = URL.canParse(given) && new URL(given)
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new ArgumentError('baseUrl is an https address and a path at most, such as https://api.example.com.')
  }
  return url.href.replace(/\/+$/, '')
}

/** The key that signs; no message names what it is made of. */
export function readSigningKey (options: KahubOptions): SigningKey {
  const { keyId } = options
  if (typeof keyId !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(keyId)) {
    throw new ArgumentError('keyId is the id of your key, such as key_live_….')
  }
  const key = 'privateKey' in options ? readPrivateKey(keyId, options.privateKey) : readSecret(keyId, options.secret)
  if (options.algorithm !== undefined && options.algorithm !== key.algorithm) {
    throw new ArgumentError(`algorithm is ${options.algorithm}, and the key given is of ${key.algorithm}: ` +
      'hmac-sha256 takes secret, ed25519 takes privateKey.')
  }
  return key
}

/** The keys that codes are opened with; no message repeats them. */
export function readDecryptionKeys ({ decryptionKeys }: KahubOptions): DecryptionKeys | undefined {
  if (decryptionKeys === undefined || typeof decryptionKeys === 'function') return decryptionKeys
  if (!Array.isArray(decryptionKeys) || !decryptionKeys.every(key => key?.kty && key.d)) {
    throw new ArgumentError('decryptionKeys is a list of private JWKs, or a function from a kid to one.')
  }
  return decryptionKeys
}

/** A time-out in milliseconds that a timer can count. */
export function readTimeoutMs (timeoutMs: number | undefined): number {
  const read = timeoutMs ?? timeoutMsDefault
  if (!(read > 0 && read <= timeoutMsMax)) throw new ArgumentError(`timeoutMs is above 0 and up to ${timeoutMsMax}.`)
  return read
}

/** How many attempts may follow the first one. */
export function readRetriesMax (retriesMax: number | undefined): number {
  const read = retriesMax ?? retriesMaxDefault
  if (!Number.isInteger(read) || read < 0 || read > retriesMaxLimit) {
    throw new ArgumentError(`retriesMax is a whole number from 0 to ${retriesMaxLimit}.`)
  }
  return read
}

function readSecret (keyId: string, secret: string): SigningKey {
  if (typeof secret !== 'string' || /^$|^(whsec|key|ep)_|^-----/.test(secret)) {
    throw new ArgumentError('secret is that of a key (khs_…); an ed25519 key takes privateKey instead.')
  }
  return hmacKey(keyId, secret)
}

function readPrivateKey (keyId: string, privateKey: PrivateJwk | ImportedKey): SigningKey {
  const { kty, crv, x, d, type, algorithm } = (privateKey ?? {}) as PrivateJwk & ImportedKey
  if (!(kty === 'OKP' && crv === 'Ed25519' && x && d) && !(type === 'private' && algorithm?.name === 'Ed25519')) {
    throw new ArgumentError('privateKey is an Ed25519 CryptoKey or JWK (kty, crv, x, d): the private key, not the public one. ' +
      'createPrivateKey(pem).export({ format: \'jwk\' }) makes one of a PEM.')
  }
  return ed25519Key(keyId, privateKey)
}
