// Journals: what clients, receivers and killers wrote down by themselves, a line of JSON each, as it happened. The judge holds them
// against the database. A client writes `sent` before it sends and `heard` after it has the whole answer.
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Journal files end so; the judge reads all of a folder. */
export const journalEnding = '.journal.ndjson'

export interface SentLine { readonly sku: string, readonly quantity: number }

/** A purchase about to be sent; the same reference may be sent many times, with the same lines unless `differs`. */
export interface Sent {
  readonly kind: 'sent'
  readonly atMs: number
  /** Who buys: the public id of the reseller (rsl_…). */
  readonly reseller: string
  readonly reference: string
  readonly lines: readonly SentLine[]
  /** Sent on purpose with other fields than before: must be refused with reference_reused, or be the first that arrives. */
  readonly differs?: boolean
}

/** The whole answer to one sending. `code` is the problem code of a refusal. */
export interface Heard {
  readonly kind: 'heard'
  readonly atMs: number
  readonly reseller: string
  readonly reference: string
  readonly status: number
  readonly code?: string
  readonly replayed?: boolean
  /** The public id of the order (ord_…), its state and its total as answered (decimal text, `currency`). */
  readonly order?: string
  readonly state?: string
  readonly total?: string
  readonly currency?: string
  /** SHA-256 (hex) of each code shown, in the order of the answer: a journal keeps no plaintext. */
  readonly codes?: readonly string[]
}

/** A sending that had no answer: the connection broke, or time ran out. */
export interface Unheard {
  readonly kind: 'unheard'
  readonly atMs: number
  readonly reseller: string
  readonly reference: string
  readonly reason: string
}

/** A callback as a receiver took it. */
export interface Received {
  readonly kind: 'received'
  readonly atMs: number
  /** The public id of the endpoint (ep_…), as the receiver's own address tells it. */
  readonly endpoint: string
  /** The event's id (evt_…), its number in the endpoint's sequence as the callback said, and its type. */
  readonly event: string
  readonly sequence: number
  readonly type: string
  /** Whether its signature held, by the receiver's own check. */
  readonly signed: boolean
  /** What it was answered with. */
  readonly answered: number
}

/** What the nemesis did: `act` is its word for it, `target` what it did it to. */
export interface Struck {
  readonly kind: 'struck'
  readonly atMs: number
  readonly act: string
  readonly target: string
}

export type Entry = Sent | Heard | Unheard | Received | Struck

export interface Journal {
  write (entry: Entry): void
  close (): void
}

/** Opens `name` in a folder for writing; every line has reached the operating system when `write` returns. */
export function openJournal (folder: string, name: string): Journal {
  const file = openSync(join(folder, name + journalEnding), 'a')
  return {
    write: entry => { writeSync(file, JSON.stringify(entry) + '\n') },
    close: () => closeSync(file)
  }
}

/** Which of the two worlds is judged: the schema of its tables. */
export type World = 'live' | 'test'
