// Standard Webhooks (standardwebhooks.com, version 1): a callback's id, the time of its attempt and its body, signed with each of
// the endpoint's secrets (v1, HMAC-SHA256) or with the house's key (v1a, Ed25519), so that one signature is enough for whoever
// holds one of the keys.
import { createHmac, createPrivateKey, sign, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { assert } from './problem.ts'

export const callbackToleranceSeconds = 300
const signaturesMax = 20

/** What is signed of one attempt: the delivery's id, the attempt's time in whole seconds since 1970, the bytes of the body. */
export interface SignedCallback {
  readonly id: string
  readonly timestamp: number
  readonly body: string
}

/** What signs a callback: secrets for v1, newest first, a private key for v1a. */
export interface CallbackSigners {
  readonly secrets: readonly Buffer[]
  readonly privateKey?: KeyObject | undefined
}

/** The header `webhook-signature`: one signature for each secret and key, separated by spaces. */
export function signCallback (callback: SignedCallback, { secrets, privateKey }: CallbackSigners): string {
  const content = signedContent(callback)
  const signatures = secrets.map(secret => `v1,${hmacOf(secret, content).toString('base64')}`)
  if (privateKey) signatures.push(`v1a,${sign(null, Buffer.from(content), privateKey).toString('base64')}`)
  assert(signatures.length > 0, 'a secret or a key to sign with')
  return signatures.join(' ')
}

/** What verifies a callback. */
export interface CallbackVerifiers {
  readonly secrets?: readonly Buffer[]
  readonly publicKeys?: readonly KeyObject[]
}

export type CallbackVerdict = 'valid' | 'too_old' | 'too_new' | 'no_match'

/** Checks a header `webhook-signature`, in constant time, at a time in seconds since 1970. */
export function verifyCallback (
  callback: SignedCallback, header: string, { secrets = [], publicKeys = [] }: CallbackVerifiers, nowSeconds: number
): CallbackVerdict {
  if (callback.timestamp < nowSeconds - callbackToleranceSeconds) return 'too_old'
  if (!(callback.timestamp <= nowSeconds + callbackToleranceSeconds)) return 'too_new'
  const content = signedContent(callback)
  const expected = secrets.map(secret => hmacOf(secret, content))
  let valid = false
  for (const signature of header.split(' ').slice(0, signaturesMax)) {
    const [version, text] = signature.split(',', 2)
    const given = Buffer.from(text ?? '', 'base64')
    if (version === 'v1') for (const bytes of expected) valid = (given.length === bytes.length && timingSafeEqual(given, bytes)) || valid
    if (version === 'v1a') for (const key of publicKeys) valid = verify(null, Buffer.from(content), key, given) || valid
  }
  return valid ? 'valid' : 'no_match'
}

/** The Ed25519 key of a seed (RFC 8410): the same seed is the same key. */
export function ed25519KeyOf (seed: Buffer): KeyObject {
  assert(seed.length === 32, 'a seed of 32 bytes')
  return createPrivateKey({ key: Buffer.concat([pkcs8Ed25519, seed]), format: 'der', type: 'pkcs8' })
}

const pkcs8Ed25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

function signedContent ({ id, timestamp, body }: SignedCallback): string {
  return `${id}.${timestamp}.${body}`
}

function hmacOf (secret: Buffer, content: string): Buffer {
  return createHmac('sha256', secret).update(content).digest()
}
