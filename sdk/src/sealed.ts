// Codes sealed to their buyer, opened as they arrive: what the caller reads is what would stand there in the clear.
import { unreadable } from './answers.ts'
import { DecryptionError } from './errors.ts'
import { importDecryptionKey, openJwe, readJwe, type DecryptionJwk } from './jwe.ts'
import type { ImportedKey } from './signing.ts'
import { failed } from './tell.ts'

/** Private keys, or what finds one by its kid (the id of the encryption key, enc_…). */
export type DecryptionKeys =
  | ReadonlyArray<DecryptionJwk>
  | ((kid: string) => DecryptionJwk | ImportedKey | undefined | Promise<DecryptionJwk | ImportedKey | undefined>)

/** Opens what is sealed to its keys. */
export interface Opener {
  /** Whether any keys were given. */
  readonly hasKeys: boolean
  /** The lines that were sealed, each with its line feed; throws DecryptionError naming the kid when no key opens them. */
  lines (jwe: string, reference?: string): Promise<string>
}

const openedTogetherMax = 4

/** What opens with the keys that were given, if any were. */
export function openerWith (keys: DecryptionKeys | undefined): Opener {
  const imported = new Map<string, Promise<readonly ImportedKey[]>>()

  return {
    hasKeys: keys !== undefined,
    async lines (compact, reference) {
      const jwe = readJwe(compact)
      if (jwe === undefined) throw unreadable('What is sealed is not a JWE that is known here.')
      const kid = jwe.header.kid ?? ''
      if (keys === undefined) throw missing(kid, 'No decryptionKeys were given', reference)
      for (const key of await keysFor(kid)) {
        const opened = await openJwe(jwe, key)
        if (opened !== undefined) return new TextDecoder('utf-8', { fatal: true }).decode(opened)
      }
      throw missing(kid, 'None of decryptionKeys opens them', reference)
    }
  }

  function keysFor (kid: string): Promise<readonly ImportedKey[]> {
    const known = imported.get(kid) ?? findKeys(kid)
    imported.set(kid, known)
    // What was not found is looked for again: a function may come to know it.
    known.then(found => { if (found.length === 0) imported.delete(kid) }, () => imported.delete(kid))
    return known
  }

  async function findKeys (kid: string): Promise<readonly ImportedKey[]> {
    const given = typeof keys === 'function' ? [await keys(kid)] : keys!.filter(key => key.kid === undefined || key.kid === kid)
    const all = await Promise.all(given.map(key => key === undefined ? undefined : importDecryptionKey(key)))
    return all.filter(key => key !== undefined)
  }
}

interface CodesPage {
  readonly data: unknown[]
  readonly sealed?: readonly string[]
  readonly count: number
  readonly next_offset: number | null
}

/** A page of codes, those that are sealed opened. `passed` is how many codes were to be passed over before it. */
export async function openPage (opener: Opener, answer: unknown, passed: number): Promise<unknown> {
  const page = answer as CodesPage
  if (!Array.isArray(page?.sealed)) return answer
  const data = await openItems(opener, page.sealed)
  if (passed === 0 && page.next_offset === null && data.length !== page.count) {
    throw unreadable(`The order has ${page.count} codes, and ${data.length} were sealed.`)
  }
  const { sealed, ...rest } = page
  return { ...rest, data }
}

interface SealedOrder {
  readonly reference?: string
  readonly sealed_codes?: readonly string[]
  readonly lines: ReadonlyArray<{ readonly line: number, readonly delivered: number, readonly returned?: number }>
}

/**
 * An order, its codes opened and put into their lines. Without any keys it stays as it is: whoever buys need not be who opens, and
 * an error would look like an order that was not placed.
 */
export async function openOrder (opener: Opener, answer: unknown): Promise<unknown> {
  const order = answer as SealedOrder
  if (!opener.hasKeys || !Array.isArray(order?.sealed_codes)) return answer
  const items = await openItems(opener, order.sealed_codes, order.reference)
  const lines = order.lines.map(line => {
    const codes = items.filter(item => item.line === line.line).map(({ line: _line, sku: _sku, ...code }) => code)
    const expected = line.delivered - (line.returned ?? 0)
    if (codes.length !== expected) throw unreadable(`Line ${line.line} has ${expected} codes, and ${codes.length} were sealed.`)
    return { ...line, codes }
  })
  const { sealed_codes: _sealed, ...rest } = order
  return { ...rest, lines }
}

type Item = Readonly<Record<string, unknown>>

async function openItems (opener: Opener, sealed: readonly string[], reference?: string): Promise<Item[]> {
  const items: Item[] = []
  for (let at = 0; at < sealed.length; at += openedTogetherMax) {
    const opened = await Promise.all(sealed.slice(at, at + openedTogetherMax).map(jwe => opener.lines(jwe, reference)))
    for (const lines of opened) items.push(...parseItems(lines))
  }
  return items
}

function parseItems (lines: string): Item[] {
  try {
    return lines.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Item)
  } catch {
    // Nothing of what was opened goes into the error.
    throw unreadable('What was sealed is not lines of JSON.')
  }
}

function missing (kid: string, detail: string, reference: string | undefined): DecryptionError {
  const advice = `Give the private key as decryptionKeys, with kid ${JSON.stringify(kid)}`
  return failed(DecryptionError, {
    code: 'decryption_failed',
    title: `The codes are sealed to the encryption key ${kid}`,
    detail,
    reference
  }, reference === undefined ? advice : `${advice}. The order stands; the same again with its reference gives the codes again`)
}
