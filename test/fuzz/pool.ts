// What the answers told: ids by their prefix, cursors, and the ends of addresses, to be used in later requests.
import { newId, showId, type IdKind, idPrefixes } from '../../src/base/ids.ts'
import type { Draw } from './draw.ts'

export interface Pool {
  /** Learns from an answer's text. */
  learn (text: string): void
  /** One that was learnt under a prefix (`ord`, `key`, `cursor`, `slug`, `receipt`); undefined when there is none. */
  one (prefix: string, draw: Draw): string | undefined
  /** One of any prefix: an id of another kind. */
  any (draw: Draw): string | undefined
}

/** The newest are kept: what is older is mostly used up. */
const keptPerPrefix = 60

const patterns: readonly (readonly [RegExp, (match: RegExpMatchArray) => readonly [string, string]])[] = [
  [/\b([a-z]{2,3})_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g, match => [match[1]!, match[0]]],
  [/\bkey_(?:live|test)_[0-9a-z]{16,40}\b/g, match => ['key', match[0]]],
  [/"next_cursor": ?"([^"]+)"/g, match => ['cursor', match[1]!]],
  [/"slug": ?"([^"]+)"/g, match => ['slug', match[1]!]],
  [/kahub_receipt=([\w-]+)/g, match => ['receipt', match[1]!]],
  [/\/(live|overlay)\/([\w-]{16,})/g, match => [match[1]!, match[2]!]],
  [/\/sandbox-gateway\/(?:live|test)\/pay\/([\w-]+)/g, match => ['paying', match[1]!]],
  [/"number": ?(\d+)/g, match => ['number', match[1]!]],
  [/"reference": ?"([^"\\]{1,128})"/g, match => ['reference', match[1]!]]
]

/** An empty pool; what stands in `untouchable` is never learnt: the keys of those who furnish. */
export function openPool (untouchable: ReadonlySet<string>): Pool {
  const known = new Map<string, string[]>()
  return {
    learn (text) {
      for (const [pattern, read] of patterns) {
        for (const match of text.matchAll(pattern)) {
          const [prefix, id] = read(match)
          if (untouchable.has(id)) continue
          const list = known.get(prefix) ?? []
          known.set(prefix, list)
          if (list.includes(id)) continue
          list.push(id)
          if (list.length > keptPerPrefix) list.shift()
        }
      }
    },
    one (prefix, draw) {
      const list = known.get(prefix)
      return list && draw.pick(list)
    },
    any (draw) {
      const prefixes = [...known.keys()]
      return prefixes.length === 0 ? undefined : draw.pick(known.get(draw.pick(prefixes))!)
    }
  }
}

/** A well-formed id that names nothing. */
export function unknownId (prefix: string): string {
  const kind = (Object.keys(idPrefixes) as IdKind[]).find(kind => idPrefixes[kind] === prefix)
  return kind === undefined ? `${prefix}_live_0123456789abcdefghij` : showId(kind, newId())
}
