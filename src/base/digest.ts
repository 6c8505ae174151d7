/**
 * Content-Digest (RFC 9530): which bytes belong to a signed request. The signature covers the header, the header
 * covers the body; so a digest is checked after the signature, and before anything the body asks for is visible.
 */
import { createHash, hash, timingSafeEqual } from 'node:crypto'
import { SignatureRefusal } from './signature-refusal.ts'
import { FieldReader } from './structured-fields.ts'

/** The longest Content-Digest header read, in characters. */
export const digestHeaderLengthMax = 512
/** The most members a Content-Digest may have, algorithms unknown here included. */
export const digestMembersMax = 8

const supported = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const
type Algorithm = (typeof supported)[keyof typeof supported]
interface ClaimedDigest { readonly algorithm: Algorithm, readonly bytes: Buffer }

/** A body's digest, fed as it flows; `matches` ends it and may be called once. */
export interface DigestStream {
  update (chunk: Uint8Array): void
  matches (): boolean
}

/** The Content-Digest header for a body. */
export function contentDigest (body: Uint8Array | string): string {
  return `sha-256=:${hash('sha256', body, 'base64')}:`
}

/** Whether every supported digest in the header is the body's; throws `digest_missing` and `digest_malformed`. */
export function digestMatches (header: HeaderValue, body: Uint8Array): boolean {
  return parseDigests(header).every(({ algorithm, bytes }) => timingSafeEqual(hash(algorithm, body, 'buffer'), bytes))
}

/** The same for a body that is hashed while it arrives; throws `digest_missing` and `digest_malformed` before the first byte. */
export function digestStream (header: HeaderValue): DigestStream {
  const digests = parseDigests(header).map(({ algorithm, bytes }) => ({ bytes, running: createHash(algorithm) }))
  return {
    update (chunk) {
      for (const { running } of digests) running.update(chunk)
    },
    matches () {
      return digests.every(({ running, bytes }) => timingSafeEqual(running.digest(), bytes))
    }
  }
}

type HeaderValue = string | readonly string[] | undefined

function parseDigests (header: HeaderValue): ClaimedDigest[] {
  const text = typeof header === 'object' ? header.join(', ') : header
  if (!text) throw new SignatureRefusal('digest_missing', 'A request with a body needs a Content-Digest header.')
  const reader = new FieldReader(text, 'Content-Digest', 'digest_malformed', digestHeaderLengthMax)
  const names: string[] = []
  const digests: ClaimedDigest[] = []
  do {
    const name = reader.readKey()
    // The RFC lets the last of two win; of a signed body there may be only one account.
    if (names.includes(name)) reader.refuse(`names ${name} twice`)
    if (names.push(name) > digestMembersMax) reader.refuse(`has more than ${digestMembersMax} members`)
    reader.expect('=')
    const bytes = reader.readBytes()
    if (name === 'sha-256' || name === 'sha-512') digests.push(claimedDigest(reader, name, bytes))
  } while (reader.takeComma())
  if (digests.length === 0) reader.refuse('has neither sha-256 nor sha-512')
  return digests
}

function claimedDigest (reader: FieldReader, name: keyof typeof supported, bytes: Buffer): ClaimedDigest {
  const length = name === 'sha-256' ? 32 : 64
  if (bytes.length !== length) reader.refuse(`has a ${name} of ${bytes.length} bytes instead of ${length}`)
  return { algorithm: supported[name], bytes }
}
