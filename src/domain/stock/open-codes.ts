// The one module where codes are opened. A sealed code holds its fields in a fixed order, divided by U+001F, empty ones at
// the end left out: `secret␟number␟serial␟expiry`. An import refuses control characters, so no field can hold the divider.
import type { KeyObject } from 'node:crypto'
import { assert } from '../../base/problem.ts'
import { open } from '../../base/seal.ts'

/** A code as its buyer reads it. */
export interface PlainCode {
  readonly secret: string
  readonly number?: string
  readonly serial?: string
  /** RFC 3339, UTC. */
  readonly expiresAt?: string
}

export interface SealedCode { readonly lotId: number, readonly n: number, readonly sealed: Uint8Array }

/** Opens codes with their lots' data keys, in the order given; one that stands in another's place does not open and throws. */
export function openCodes (keys: ReadonlyMap<number, KeyObject>, sealed: readonly SealedCode[]): PlainCode[] {
  return sealed.map(code => openCode(keys, code))
}

/** Opens one code with its lot's data key; throws when it stands in another's place. */
export function openCode (keys: ReadonlyMap<number, KeyObject>, code: SealedCode): PlainCode {
  const key = keys.get(code.lotId)
  assert(key, 'the data key of every lot whose codes are opened')
  return readCode(open(key, codeOwner(code.lotId, code.n), code.sealed).toString())
}

/** What a code is sealed for: the associated data that binds it to its lot and its place in it. */
export function codeOwner (lotId: number, n: number): string {
  return `code ${lotId} ${n}`
}

/** A code's fields as the text that is sealed. */
export function writeCode (code: PlainCode): string {
  if (code.expiresAt !== undefined) return [code.secret, code.number ?? '', code.serial ?? '', code.expiresAt].join(divider)
  if (code.serial !== undefined) return [code.secret, code.number ?? '', code.serial].join(divider)
  return code.number === undefined ? code.secret : code.secret + divider + code.number
}

const divider = '\u001f'

function readCode (text: string): PlainCode {
  if (!text.includes(divider)) return { secret: text }
  const [secret = '', number = '', serial = '', expiresAt = ''] = text.split(divider)
  return {
    secret,
    ...(number !== '' && { number }),
    ...(serial !== '' && { serial }),
    ...(expiresAt !== '' && { expiresAt })
  }
}
