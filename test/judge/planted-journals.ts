// A fault of every kind that a journal can show, planted by hand into the journals of whole-world.ts.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { journalEnding, type Entry, type Heard } from './journal.ts'

export interface PlantedEntries {
  readonly says: string
  readonly entries: (entries: readonly Entry[]) => readonly Entry[]
  readonly also?: readonly string[]
}

/** Writes the journals of one folder into another, changed; `rest` is put behind the last line. */
export function rewrite (from: string, to: string, change: PlantedEntries['entries'], rest = ''): void {
  for (const name of readdirSync(from).filter(name => name.endsWith(journalEnding))) {
    const lines = readFileSync(join(from, name), 'utf8').trimEnd().split('\n')
    const entries = change(lines.map(line => JSON.parse(line) as Entry))
    writeFileSync(join(to, name), entries.map(entry => JSON.stringify(entry) + '\n').join('') + rest)
  }
}

type Change = (heard: Heard, entries: readonly Entry[]) => Heard

/** Changes what was heard of a reference at its n-th time, by whoever sent it first. */
function hearing (reference: string, place: number, change: Change): PlantedEntries['entries'] {
  return entries => {
    const heard = entries.filter((entry): entry is Heard => entry.kind === 'heard' && entry.reference === reference)
    return entries.map(entry => entry === heard[place] ? change(heard[place]!, entries) : entry)
  }
}

/** The first hearing of a reference. */
function first (entries: readonly Entry[], reference: string): Heard {
  return entries.find((entry): entry is Heard => entry.kind === 'heard' && entry.reference === reference)!
}

const another = 'f'.repeat(64)

export const plantedInJournals: readonly PlantedEntries[] = [
  {
    says: 'no code was shown for two orders, nor twice for one',
    entries: hearing('plain one', 0, (heard, entries) => ({ ...heard, codes: first(entries, 'dear one').codes! }))
  },
  {
    says: 'no order and no code was shown to two resellers',
    entries: hearing('counted', 0, (heard, entries) => ({ ...heard, codes: first(entries, 'twice').codes! })),
    also: ['no code was shown for two orders, nor twice for one']
  },
  {
    says: 'every acknowledged order is there, with the id, total and currency that were heard',
    entries: hearing('plain one', 0, heard => ({ ...heard, total: '10.01' }))
  },
  {
    says: 'an order has the lines that were sent',
    entries: entries => entries.map(entry => entry.kind === 'sent' && entry.reference === 'plain one'
      ? { ...entry, lines: entry.lines.map(line => ({ ...line, quantity: 2 })) }
      : entry)
  },
  {
    says: 'what was refused each time it was sent is not there',
    entries: hearing('unseen', 0, ({ kind, atMs, reseller, reference }) => (
      { kind, atMs, reseller, reference, status: 409, code: 'out_of_stock' }))
  },
  {
    says: 'every state that was heard leads to the one the order is in',
    entries: hearing('plain one', 0, heard => ({ ...heard, state: 'cancelled' }))
  },
  {
    says: 'a reference was answered with one order, one total and the same codes, and once as new',
    entries: hearing('twice', 1, heard => ({ ...heard, codes: heard.codes!.with(0, another) }))
  },
  {
    says: 'the same reference with other fields was refused, and with its own fields was not',
    entries: hearing('twice', 2, (heard, entries) => {
      const { codes, ...told } = first(entries, 'twice')
      return { ...told, atMs: heard.atMs, replayed: true }
    })
  },
  {
    says: 'every showing of codes is written down, and none was written down that nobody saw',
    entries: entries => [...entries, { ...first(entries, 'plain one'), replayed: true }]
  },
  {
    says: 'every delivered callback was taken by its receiver, signed',
    entries: entries => {
      const one = entries.find(entry => entry.kind === 'received' && entry.answered === 200)
      return entries.map(entry => entry === one && entry?.kind === 'received' ? { ...entry, signed: false } : entry)
    }
  },
  {
    says: 'what a receiver took is what was sent there',
    entries: entries => {
      const one = entries.find(entry => entry.kind === 'received' && entry.answered === 200)
      return entries.map(entry => entry === one && entry?.kind === 'received' ? { ...entry, type: 'order.reversed' } : entry)
    }
  }
]
