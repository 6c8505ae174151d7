/**
 * HTTP Message Signatures (RFC 9421) in the profile of this API.
 *
 * Who checks what, in this order: `parseSignature` → `checkWindow` → the caller finds the key → `checkCoverage` →
 * `signatureBase` and `verifyHmac` or `verifyEd25519` → the digest of the body (digest.ts). Until the signature holds,
 * nothing read here is true. For an unknown key id, and for a key of another algorithm than `alg` names, the caller
 * verifies with the decoy key of that algorithm and refuses with `signature_invalid` whatever comes out: the two cases
 * then look and cost the same. A Content-Digest that is covered must also be checked when the body is empty.
 */
import {
  createHmac, createSecretKey, generateKeyPairSync, randomBytes, sign as signBytes, timingSafeEqual, verify, type KeyObject
} from 'node:crypto'
import { contentDigest } from './digest.ts'
import { SignatureRefusal } from './signature-refusal.ts'
import { FieldReader, quoted } from './structured-fields.ts'

/** How far back `created` may lie. */
export const signatureAgeMaxS = 300
/** How far a client's clock may be ahead. */
export const signatureAheadMaxS = 30
/** The longest Signature-Input and Signature headers read, in characters. */
export const signatureInputLengthMax = 4096
export const signatureLengthMax = 256
/** The most components a signature may cover. */
export const componentsMax = 32
export const keyIdLengthMax = 64
export const nonceLengthMax = 128
export const tagLengthMax = 64

export const signatureAlgorithms = ['hmac-sha256', 'ed25519'] as const
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** Header fields with lower-case names, as Node gives them. */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>

/** What of a request can be signed; `target` is the raw request target as it was received. */
export interface SignableRequest {
  readonly method: string
  readonly target: string
  readonly headers: HeaderFields
}

/** A well-formed signature, believed in nothing yet. Times are seconds since 1970. */
export interface ParsedSignature {
  readonly label: string
  readonly components: readonly string[]
  readonly created: number
  readonly expires: number | undefined
  readonly keyId: string
  readonly nonce: string
  readonly algorithm: SignatureAlgorithm
  readonly tag: string | undefined
  /** The value of `"@signature-params"`: the member of Signature-Input, which is in canonical form. */
  readonly params: string
  readonly bytes: Buffer
}

export type SigningKey =
  | { readonly id: string, readonly algorithm: 'hmac-sha256', readonly secret: string | KeyObject }
  | { readonly id: string, readonly algorithm: 'ed25519', readonly privateKey: KeyObject }

/** Reads Signature-Input and Signature; throws `signature_missing` and `signature_malformed`. */
export function parseSignature (headers: HeaderFields): ParsedSignature {
  const input = headers['signature-input']
  const signature = headers.signature
  if (!input || !signature) {
    throw new SignatureRefusal('signature_missing', `The request has no ${input ? 'Signature' : 'Signature-Input'} header.`)
  }
  if (typeof input !== 'string' || typeof signature !== 'string') throw malformed('A request carries exactly one signature.')
  const signed = readInput(new FieldReader(input, 'Signature-Input', 'signature_malformed', signatureInputLengthMax))
  const bytes = readSignature(new FieldReader(signature, 'Signature', 'signature_malformed', signatureLengthMax), signed.label)
  return { ...signed, bytes }
}

/** Refuses what was signed too long ago, is expired, or was signed in the future; `nowS` is seconds since 1970. */
export function checkWindow (signature: ParsedSignature, nowS: number): void {
  const { created, expires } = signature
  if (created > nowS + signatureAheadMaxS) {
    const ahead = `created lies ${created - nowS} seconds ahead of the server's clock; ${signatureAheadMaxS} are allowed.`
    throw new SignatureRefusal('signature_in_future', ahead)
  }
  if (created < nowS - signatureAgeMaxS) {
    const behind = `created lies ${nowS - created} seconds behind the server's clock; ${signatureAgeMaxS} are allowed.`
    throw new SignatureRefusal('signature_expired', behind)
  }
  if (expires !== undefined && expires < nowS) throw new SignatureRefusal('signature_expired', 'expires has passed.')
}

/** Refuses a signature that leaves out something the request carries; throws `digest_missing` and `signature_insufficient`. */
export function checkCoverage (signature: ParsedSignature, request: { readonly headers: HeaderFields, readonly hasBody: boolean }): void {
  if (request.hasBody && !request.headers['content-digest']) {
    throw new SignatureRefusal('digest_missing', 'A request with a body needs a Content-Digest header.')
  }
  const uncovered = requiredComponents(request).filter(component => !signature.components.includes(component))
  if (uncovered.length > 0) {
    throw new SignatureRefusal('signature_insufficient', `The signature must also cover ${uncovered.map(quoted).join(' ')}.`, uncovered)
  }
}

/** The string that is signed (RFC 9421 section 2.5), all ASCII; throws `signature_malformed` when a covered field is absent. */
export function signatureBase (signature: Pick<ParsedSignature, 'components' | 'params'>, request: SignableRequest): string {
  let base = ''
  for (const component of signature.components) base += `"${component}": ${componentValue(component, request)}\n`
  return `${base}"@signature-params": ${signature.params}`
}

/** A shared secret as a key: the UTF-8 bytes of the string as shown. Keep it; making one costs more than verifying with it. */
export function hmacKey (secret: string): KeyObject {
  return createSecretKey(secret, 'utf8')
}

/** Whether the signature is the HMAC-SHA256 of the base, in constant time. */
export function verifyHmac (base: string, signature: Uint8Array, key: KeyObject): boolean {
  const expected = createHmac('sha256', key).update(base).digest()
  return signature.length === expected.length && timingSafeEqual(expected, signature)
}

/** Whether the signature is the key's over the base. Worked out in the thread pool: it costs as much as a whole batched order. */
export function verifyEd25519 (base: string, signature: Uint8Array, publicKey: KeyObject): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, Buffer.from(base), publicKey, signature, (error, valid) => error ? reject(error) : resolve(valid))
  })
}

/** A key per algorithm that nobody can sign with, to verify with when the named key does not exist. */
export function decoyKeys (): Readonly<Record<SignatureAlgorithm, KeyObject>> {
  return { 'hmac-sha256': createSecretKey(randomBytes(48)), ed25519: generateKeyPairSync('ed25519').publicKey }
}

/** The headers that sign a request in this profile; `created` is seconds since 1970. */
export function sign (
  request: SignableRequest & { readonly body?: Uint8Array | string | undefined },
  key: SigningKey,
  options: { readonly created: number, readonly nonce: string }
): Record<string, string> {
  const hasBody = request.body !== undefined && request.body.length > 0
  const digest = hasBody ? { 'content-digest': contentDigest(request.body!) } : {}
  const headers = { ...request.headers, ...digest }
  const components = requiredComponents({ headers, hasBody })
  const params = `(${components.map(quoted).join(' ')});created=${options.created};keyid=${quoted(key.id)}` +
    `;nonce=${quoted(options.nonce)};alg=${quoted(key.algorithm)}`
  const bytes = signatureBytes(signatureBase({ components, params }, { ...request, headers }), key)
  return { ...digest, 'signature-input': `sig1=${params}`, signature: `sig1=:${bytes.toString('base64')}:` }
}

function readInput (reader: FieldReader): Omit<ParsedSignature, 'bytes'> {
  const label = reader.readKey()
  reader.expect('=')
  const start = reader.position
  const components = readComponents(reader)
  const { created, expires, keyid, nonce, alg, tag } = readParameters(reader)
  const params = reader.since(start)
  if (reader.takeComma()) reader.refuse('names more than one signature')
  if (created === undefined) reader.refuse('has no created')
  if (alg !== 'hmac-sha256' && alg !== 'ed25519') reader.refuse(`needs alg, one of ${signatureAlgorithms.join(' and ')}`)
  return {
    label,
    components,
    created,
    expires,
    keyId: bounded(reader, 'keyid', keyid, keyIdLengthMax),
    nonce: bounded(reader, 'nonce', nonce, nonceLengthMax),
    algorithm: alg,
    tag: tag === undefined ? undefined : bounded(reader, 'tag', tag, tagLengthMax),
    params
  }
}

function readSignature (reader: FieldReader, label: string): Buffer {
  if (reader.readKey() !== label) reader.refuse('has another label than Signature-Input')
  reader.expect('=')
  const bytes = reader.readBytes()
  if (reader.takeComma()) reader.refuse('holds more than one signature')
  return bytes
}

const fieldNamePattern = /^[a-z0-9!#$%&'*+.^_`|~-]+$/

function readComponents (reader: FieldReader): string[] {
  const components: string[] = []
  reader.expect('(')
  while (!reader.take(')')) {
    if (components.length > 0) reader.expect(' ')
    const component = reader.readString()
    if (!derivedValues.has(component) && !fieldNamePattern.test(component)) {
      reader.refuse(`covers ${quoted(component)}, which is neither a lower-case field name nor a supported derived component`)
    }
    if (reader.sees(';')) reader.refuse(`has parameters on ${component}; parameters on components are not supported`)
    if (components.includes(component)) reader.refuse(`covers ${component} twice`)
    if (components.push(component) > componentsMax) reader.refuse(`covers more than ${componentsMax} components`)
  }
  return components
}

interface Parameters { created?: number, expires?: number, keyid?: string, nonce?: string, alg?: string, tag?: string }

function readParameters (reader: FieldReader): Parameters {
  const found: Parameters = {}
  while (reader.take(';')) {
    const name = reader.readKey()
    if (Object.hasOwn(found, name)) reader.refuse(`has ${name} twice`)
    reader.expect('=')
    switch (name) {
      case 'created': found.created = reader.readInteger(); break
      case 'expires': found.expires = reader.readInteger(); break
      case 'keyid': found.keyid = reader.readString(); break
      case 'nonce': found.nonce = reader.readString(); break
      case 'alg': found.alg = reader.readString(); break
      case 'tag': found.tag = reader.readString(); break
      default: reader.refuse(`has the parameter ${name}, which is not supported`)
    }
  }
  return found
}

function bounded (reader: FieldReader, name: string, value: string | undefined, lengthMax: number): string {
  if (value === undefined) reader.refuse(`has no ${name}`)
  if (value.length === 0 || value.length > lengthMax) reader.refuse(`needs a ${name} of 1 to ${lengthMax} characters`)
  return value
}

/** What a signature must cover at least, in the order in which this profile signs it. */
export function requiredComponents (request: { readonly headers: HeaderFields, readonly hasBody: boolean }): string[] {
  const required = ['@method', '@path', '@query']
  if (request.hasBody) required.push('content-digest')
  for (const name in request.headers) {
    if ((name === 'idempotency-key' || name.startsWith('kahub-')) && request.headers[name] !== undefined) required.push(name)
  }
  return required
}

// @target-uri and @scheme are left out: behind a proxy the server does not know them, so it could only believe the client.
const derivedValues: ReadonlyMap<string, (request: SignableRequest) => string> = new Map([
  ['@method', request => ascii('@method', request.method)],
  ['@path', request => splitTarget(request.target).path],
  ['@query', request => splitTarget(request.target).query],
  ['@request-target', request => originForm(request.target)],
  ['@authority', request => fieldValue('host', request.headers).toLowerCase()]
] satisfies [string, (request: SignableRequest) => string][])

function componentValue (component: string, request: SignableRequest): string {
  const derived = derivedValues.get(component)
  return derived ? derived(request) : fieldValue(component, request.headers)
}

function splitTarget (target: string): { path: string, query: string } {
  const mark = originForm(target).indexOf('?')
  return mark < 0 ? { path: target, query: '?' } : { path: target.slice(0, mark), query: target.slice(mark) }
}

const originFormPattern = /^\/[!-"$-~]*$/

/** A request target of RFC 9112 section 3.2.1; other forms, and a fragment, would be read differently by proxy and server. */
function originForm (target: string): string {
  if (!originFormPattern.test(target)) throw malformed('The request target is not a path with a query in ASCII.')
  return target
}

/** RFC 9421 section 2.1: each value without its folds and outer white space, several joined by a comma and a space. */
function fieldValue (name: string, headers: HeaderFields): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (value === undefined) throw malformed(`The signature covers ${name}, which the request does not carry.`)
  return typeof value === 'string' ? ascii(name, unfold(value)) : ascii(name, value.map(unfold).join(', '))
}

function unfold (value: string): string {
  if (!value.includes('\r\n')) return trimBlanks(value)
  if (unfoldablePattern.test(value)) throw malformed('A covered field has a line break that is not a fold.')
  return trimBlanks(value.split('\r\n').map(trimBlanks).join(' '))
}

const unfoldablePattern = /\r\n(?![\t ])/

// Not String.trim, which takes more than blanks; not a pattern, which takes quadratic time on a long run of blanks.
function trimBlanks (value: string): string {
  let start = 0
  let end = value.length
  while (isBlank(value.charCodeAt(start))) start++
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--
  return value.slice(start, end)
}

function isBlank (code: number): boolean {
  return code === 0x20 || code === 0x09
}

const asciiPattern = /^[\t\x20-\x7e]*$/

/** A line feed would forge another line of the base; bytes beyond ASCII have no agreed encoding. */
function ascii (component: string, value: string): string {
  if (!asciiPattern.test(value)) throw malformed(`${component} is covered and has characters that are not printable ASCII.`)
  return value
}

function signatureBytes (base: string, key: SigningKey): Buffer {
  if (key.algorithm === 'ed25519') return signBytes(null, Buffer.from(base), key.privateKey)
  return createHmac('sha256', typeof key.secret === 'string' ? hmacKey(key.secret) : key.secret).update(base).digest()
}

function malformed (detail: string): SignatureRefusal {
  return new SignatureRefusal('signature_malformed', detail)
}
