// Reads a folder of journals into what can be held against rows: what each reference was sent as and heard as, each code that was shown,
// each callback that was taken. One line at a time; what is kept is a few hundred bytes an order.
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { journalEnding, type Entry, type Heard, type Received, type Sent } from './journal.ts'
import { uuidOf } from './public-id.ts'

/** Something that a client was told of an order, however often. */
export interface Hearing {
  readonly order: string
  readonly state: string | undefined
  readonly total: string | undefined
  readonly currency: string | undefined
  /** Hashes of the codes shown; undefined when the journal does not say. */
  readonly codes: readonly string[] | undefined
  times: number
}

/** All that clients wrote down of one reference of one reseller. */
export interface HeardReference {
  readonly reseller: string
  readonly reference: string
  /** How often it was sent with each list of lines; `differs` apart. */
  readonly sent: Map<string, number>
  readonly hearings: Hearing[]
  differs: boolean
  sendings: number
  unheard: number
  accepted: number
  /** Acceptances that were said to be no repeat. */
  first: number
  /** Refused as used before with other fields; refused otherwise for good (4xx); answered in a way that leaves it open. */
  reused: number
  refused: number
  open: number
}

/** What a receiver took at one place of an endpoint's sequence. */
export interface Taken { readonly event: string | undefined, readonly type: string, taken: boolean }

export interface Journals {
  readonly entries: number
  readonly references: ReadonlyMap<string, HeardReference>
  /** By endpoint and sequence: callbacks whose signature held. */
  readonly received: ReadonlyMap<string, Taken>
  readonly receptions: number
  /** What two receptions of one place say differently. */
  readonly contradictions: readonly string[]
}

/** Reads every journal of a folder. Whatever cannot be read, but for a last line cut short by a kill, is thrown. */
export async function readJournals (folder: string): Promise<Journals> {
  const names = (await readdir(folder)).filter(name => name.endsWith(journalEnding)).sort()
  const references = new Map<string, HeardReference>()
  const received = new Map<string, Taken>()
  const contradictions: string[] = []
  let [entries, receptions] = [0, 0]
  for (const name of names) {
    for await (const entry of entriesOf(join(folder, name))) {
      entries++
      if (entry.kind === 'received') {
        receptions++
        takeReceived(received, contradictions, entry)
      } else if (entry.kind !== 'struck') {
        const reference = referenceOf(references, entry)
        if (entry.kind === 'sent') takeSent(reference, entry)
        else if (entry.kind === 'heard') takeHeard(reference, entry)
        else reference.unheard++
      }
    }
  }
  return { entries, references, received, receptions, contradictions }
}

/** The lines of a sending as they are compared: SKU and quantity, in their sequence. */
export function linesText (lines: readonly { readonly sku: string, readonly quantity: number }[]): string {
  return lines.map(({ sku, quantity }) => `${sku}:${quantity}`).join(',')
}

async function * entriesOf (path: string): AsyncGenerator<Entry> {
  let rest = ''
  let number = 0
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + piece).split('\n')
    // Without its end, a line was cut short by a kill, or goes on in the next piece.
    rest = lines.pop()!
    for (const line of lines) {
      number++
      try {
        yield JSON.parse(line) as Entry
      } catch {
        throw new Error(`${path}:${number} is no entry of a journal: ${line.slice(0, 100)}`)
      }
    }
  }
}

function referenceOf (references: Map<string, HeardReference>, { reseller: shown, reference }: { reseller: string, reference: string }) {
  const reseller = uuidOf(shown)
  if (reseller === undefined) throw new Error(`${shown} is no id of a reseller`)
  const key = `${reseller} ${reference}`
  let found = references.get(key)
  if (!found) {
    found = {
      reseller,
      reference,
      sent: new Map(),
      hearings: [],
      differs: false,
      ...{ sendings: 0, unheard: 0, accepted: 0, first: 0, reused: 0, refused: 0, open: 0 }
    }
    references.set(key, found)
  }
  return found
}

function takeSent (of: HeardReference, { lines, differs = false }: Sent): void {
  of.sendings++
  of.differs ||= differs
  const key = (differs ? 'differs ' : '') + linesText(lines.map(({ sku, quantity }) => ({ sku: uuidOf(sku) ?? sku, quantity })))
  of.sent.set(key, (of.sent.get(key) ?? 0) + 1)
}

/** 408 and 5xx say nothing of what became of the order. */
function takeHeard (of: HeardReference, { status, code, replayed, order, state, total, currency, codes }: Heard): void {
  if (status >= 500 || status === 408) of.open++
  else if (status >= 400) of[code === 'reference_reused' ? 'reused' : 'refused']++
  if (status >= 300 || order === undefined) return
  of.accepted++
  if (replayed === false) of.first++
  const same = of.hearings.find(known => known.order === order && known.state === state && known.total === total &&
    known.currency === currency && sameCodes(known.codes, codes))
  if (same) same.times++
  else of.hearings.push({ order, state, total, currency, codes, times: 1 })
}

function sameCodes (one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.length === other.length && one.every((hash, i) => hash === other[i])
}

/** One whose signature did not hold is none of ours. */
function takeReceived (received: Map<string, Taken>, contradictions: string[], entry: Received): void {
  const { endpoint, sequence, event, type, signed, answered } = entry
  if (!signed) return
  const place = `${uuidOf(endpoint) ?? endpoint} ${sequence}`
  const taken = answered >= 200 && answered < 300
  const known = received.get(place)
  const id = uuidOf(event)
  if (!known) received.set(place, { event: id, type, taken })
  else if (known.event !== id || known.type !== type) {
    contradictions.push(`${endpoint} ${sequence}: ${event} ${type}, before it was ${known.type}`)
  } else known.taken ||= taken
}
