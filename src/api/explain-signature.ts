// What the server sees of a signed request, and where it differs from what its sender signed. No key is looked at: what is told of a key
// that exists and of one that does not is the same by construction.
import type { SignatureReport } from '../../schema/rest/debug.ts'
import { contentDigest, digestMatches } from '../base/digest.ts'
import {
  checkCoverage, checkWindow, parseSignature, requiredComponents, signatureBase, type HeaderFields, type ParsedSignature
} from '../base/signature.ts'
import { SignatureRefusal } from '../base/signature-refusal.ts'

/** A request as it was sent, or is said to have been. */
export interface SignedAttempt {
  readonly subject: SignatureReport['subject']
  readonly method: string
  readonly target: string
  /** Names in lower case. */
  readonly headers: HeaderFields
  /** The bytes of the body, or their SHA-256 in base64; neither when there is no body. */
  readonly body?: Uint8Array | undefined
  readonly bodySha256?: string | undefined
  /** What the sender signed, if it is told. */
  readonly ownBase?: string | undefined
}

type Finding = SignatureReport['findings'][number]
type Difference = SignatureReport['differences'][number]

/** Explains an attempt at a time in seconds since 1970; what is wrong is found in the order in which authenticate.ts looks. */
export function explainSignature (attempt: SignedAttempt, nowS: number): SignatureReport {
  const { subject, method, target, headers, body, bodySha256, ownBase } = attempt
  const hasBody = (body !== undefined && body.byteLength > 0) || bodySha256 !== undefined
  const findings: Finding[] = []
  /** What the work gives; its refusal is a finding. */
  const found = <Value>(work: () => Value): Value | undefined => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof SignatureRefusal)) throw error
      findings.push({ code: error.code, detail: error.message })
      return undefined
    }
  }
  const signature = found(() => parseSignature(headers))
  if (signature) found(() => checkWindow(signature, nowS))
  if (signature) found(() => checkCoverage(signature, { headers, hasBody }))
  const base = signature && found(() => signatureBase(signature, { method, target, headers }))
  const differences = base === undefined || ownBase === undefined ? [] : differencesOf(ownBase, base)
  if (signature) findings.push(...lengthFinding(signature))
  const [first] = differences
  if (first) {
    findings.push({ code: 'signature_invalid', detail: `What you signed is not what arrived: see line ${first.line}, ${first.component}.` })
  }
  const digest = digestOf(attempt)
  const claimed = headers['content-digest']
  const matches = claimed === undefined || digest === undefined ? undefined : found(() => holds(attempt, claimed))
  if (matches === false) {
    findings.push({ code: 'digest_mismatch', detail: `Content-Digest is ${shown(claimed)}; of this body it is ${digest}.` })
  }
  const required = requiredComponents({ headers, hasBody })
  return {
    subject,
    findings,
    hints: [...hintsFor(attempt, signature), ...(base !== undefined && findings.length === 0 ? [nextStep(ownBase)] : [])],
    request: { method, ...partsOfTarget(target), body_bytes: body?.byteLength ?? null, content_digest: digest ?? null },
    signature: signature ? readView(signature) : null,
    required_components: required,
    missing_components: signature ? required.filter(component => !signature.components.includes(component)) : [],
    clock: { server_time: nowS, created: signature?.created ?? null, ahead_seconds: signature ? signature.created - nowS : null },
    digest_matches: matches ?? null,
    signature_base: base ?? null,
    base_matches: base === undefined || ownBase === undefined ? null : base === ownBase,
    differences
  }
}

function partsOfTarget (target: string): { readonly path: string, readonly query: string } {
  const mark = target.indexOf('?')
  return mark < 0 ? { path: target, query: '?' } : { path: target.slice(0, mark), query: target.slice(mark) }
}

function readView ({ components, keyId, algorithm, created, nonce, bytes }: ParsedSignature): SignatureReport['signature'] {
  return { components: [...components], key_id: keyId, algorithm, created, nonce, bytes: bytes.length }
}

function digestOf ({ body, bodySha256 }: SignedAttempt): string | undefined {
  if (bodySha256 !== undefined) return `sha-256=:${bodySha256}:`
  return body !== undefined && body.byteLength > 0 ? contentDigest(body) : undefined
}

/** Of a body of which only the SHA-256 is known, only that can be compared. */
function holds ({ body, bodySha256 }: SignedAttempt, claimed: string | readonly string[]): boolean | undefined {
  if (bodySha256 === undefined) return digestMatches(claimed, body!)
  const told = /(?:^|,\s*)sha-256=:([^:]*):/.exec(shown(claimed))?.[1]
  return told === undefined ? undefined : told === bodySha256
}

function shown (value: string | readonly string[] | undefined): string {
  return typeof value === 'object' ? value.join(', ') : value ?? ''
}

const signatureBytes = { 'hmac-sha256': 32, ed25519: 64 } as const

/** A signature of another length cannot be right, whatever the key. */
function lengthFinding ({ algorithm, bytes }: ParsedSignature): Finding[] {
  const wanted = signatureBytes[algorithm]
  if (bytes.length === wanted) return []
  const isHex = /^[0-9a-f]+$/i.test(bytes.toString('latin1')) && bytes.length === 2 * wanted
  const looks = isHex ? ': it is in hexadecimal, and base64 of that; encode the bytes themselves' : ''
  return [{ code: 'signature_invalid', detail: `A signature of ${algorithm} has ${wanted} bytes, this one has ${bytes.length}${looks}.` }]
}

/** Differences told at most: more than a base has lines, so what is left out stands behind its end. */
export const differencesMax = 40

function differencesOf (own: string, base: string): Difference[] {
  if (own === base) return []
  const yours = own.split('\n')
  const ours = base.split('\n')
  const differences: Difference[] = []
  for (let i = 0; i < Math.max(yours.length, ours.length) && differences.length < differencesMax; i++) {
    if (yours[i] === ours[i]) continue
    const mine = yours[i] ?? null
    const wanted = ours[i] ?? null
    differences.push({ line: i + 1, component: nameIn(wanted ?? mine!), yours: mine, ours: wanted, hint: hintOf(mine, wanted) })
  }
  return differences
}

function nameIn (line: string): string {
  return /^"?([^":]*)"?/.exec(line)![1]!.slice(0, 64) || 'an empty line'
}

function hintOf (yours: string | null, ours: string | null): string | null {
  if (ours === null && yours === '') return 'There is no line feed after the last line.'
  if (ours === null) return 'There is no such line: each covered component has one, then the parameters.'
  if (yours === null) return 'This line is missing: each covered component has one, in the order of Signature-Input.'
  if (yours.endsWith('\r') && yours.slice(0, -1) === ours) return 'Lines end with a line feed alone, not with a carriage return.'
  if (yours.trim() === ours) return 'There are blanks around it.'
  const [ownName, ownValue] = partsOf(yours)
  const [name, value] = partsOf(ours)
  if (ownName !== name) {
    const unquoted = ownName === name.replaceAll('"', '')
    return unquoted ? 'The name stands in quotes.' : 'Another component stands here: lines have the order of Signature-Input.'
  }
  return valueHint(name, ownValue, value)
}

function valueHint (name: string, yours: string, ours: string): string | null {
  if (name === '"@method"') {
    return yours.toUpperCase() === ours ? 'The method is signed in upper case.' : 'Another method was sent than was signed.'
  }
  if (name === '"@query"') {
    if (`?${yours}` === ours) return '@query begins with the question mark; without a query it is just that.'
    if (decoded(yours) === decoded(ours)) return 'The query is signed as it was sent: percent-encoding and + are not changed.'
    if (sorted(yours) === sorted(ours)) return 'The parameters have another order than was sent.'
    return 'Another query was sent than was signed.'
  }
  if (name === '"@path"') {
    if (/^https?:\/\//.test(yours)) return '@path has no scheme and host.'
    if (yours.includes('?')) return 'The query is not a part of @path.'
    if (decoded(yours) === decoded(ours)) return 'The path is signed as it was sent, percent-encoding included.'
    return 'Another path was sent than was signed; does a proxy rewrite it?'
  }
  if (name === '"content-digest"') return 'Another Content-Digest was sent than was signed.'
  if (name === '"@signature-params"') return 'It is what Signature-Input has behind the label, character by character.'
  return 'Another value was sent than was signed; does a proxy change it?'
}

function partsOf (line: string): readonly [string, string] {
  const at = line.indexOf(': ')
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)]
}

function decoded (value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '))
  } catch {
    return value
  }
}

function sorted (query: string): string {
  return query.replace(/^\?/, '').split('&').sort().join('&')
}

/** Seconds since 1970 in the year 5138: whoever signs later has counted milliseconds. */
const createdLikelyMaxS = 99_999_999_999

const hexDigestPattern = /:[0-9a-f]{64}:/i

function hintsFor ({ method, headers, target }: SignedAttempt, signature: ParsedSignature | undefined): string[] {
  const hints: string[] = []
  if (method !== method.toUpperCase()) hints.push('Methods are in upper case.')
  if (target.includes('#')) hints.push('What stands behind # is not sent, and not signed.')
  if (hexDigestPattern.test(shown(headers['content-digest']))) hints.push('Content-Digest has the SHA-256 in base64, not in hexadecimal.')
  if (/^[^:]*=[^:]*$/.test(shown(headers.signature))) hints.push('In Signature the base64 stands between colons: sig1=:…:')
  if (signature && !/^key_(live|test)_/.test(signature.keyId)) hints.push('Ids of keys begin with key_live_ or key_test_.')
  if (signature && signature.created > createdLikelyMaxS) {
    hints.push('created is in seconds since 1970; this looks like milliseconds.')
  }
  if (signature && method === 'GET' && headers['content-digest'] !== undefined) hints.push('A GET has no body, and needs no Content-Digest.')
  return hints
}

/** Where to look when nothing is found; the same of every key, since none is looked at. */
function nextStep (ownBase: string | undefined): string {
  return ownBase === undefined
    ? 'Nothing is wrong that can be seen without your key. Send what you signed as signature_base, and it is compared line by line.'
    : 'You signed what arrived. If it is refused as signature_invalid, then for the key: look whether id and secret belong together, are ' +
      'of this server, and the secret is used as the text it is, khs_ included. GET /v1/ping tells when they fit.'
}
