// What an owner has, as her own answers tell it, and its rows.
import { readId, type IdKind, idPrefixes } from '../../src/base/ids.ts'
import type { Furniture } from '../support/spares.ts'
import type { Taking } from './contract-schemas.ts'
import { planOfSample, written } from './plan.ts'
import type { Stage } from './stage.ts'

/** What an owner has: ids by their prefix, the newest first, and words that lists are searched by. */
export interface Estate {
  readonly ids: ReadonlyMap<string, readonly string[]>
  readonly all: readonly string[]
  readonly words: Readonly<Record<string, string>>
}

/** What all resellers of a world share. */
const sharedPrefixes: readonly string[] = ['sku', 'prd', 'lot', 'imp', 'prc']
/** Sends every operation once, for its owner; gives what was answered. */
export async function liveThrough ({ wire, sample }: Stage, takings: readonly Taking[], at: Furniture): Promise<string> {
  const texts: string[] = []
  const once = async (taking: Taking): Promise<void> => {
    const asked = written(planOfSample(taking, at.world, await sample(taking.operationId, at)), at.reseller.credentials)
    const { status, text } = await wire.send(asked)
    if (status < 400) texts.push(text)
  }
  // What was made last is listed last; keys, which a sample revokes, are asked for at the end.
  for (const taking of takings.filter(({ method }) => method !== 'GET')) await once(taking)
  for (const taking of takings.filter(({ method }) => method === 'GET')) await once(taking)
  return texts.join('\n')
}

/** Any public id. */
export const anyId = /\b(?:[a-z]{2,3}_[0-7][0-9a-hjkmnp-tv-z]{25}|key_(?:live|test)_[0-9a-z]{16,40})\b/g

/** The ids in a text. */
export function idsIn (text: string): string[] {
  return [...new Set(text.match(anyId) ?? [])]
}

/** The estate that the owner's answers tell of, but for what others were told of too. */
export function estateOf (text: string, others: ReadonlySet<string>): Estate {
  const all = idsIn(text).filter(id => !others.has(id) && !sharedPrefixes.includes(prefixOf(id)))
  const ids = new Map<string, string[]>()
  // The newest are the ones that still stand.
  for (const id of all.toReversed()) ids.set(prefixOf(id), [...ids.get(prefixOf(id)) ?? [], id])
  const word = (pattern: RegExp): string => [...text.matchAll(pattern)].at(-1)?.[1] ?? 'none'
  return {
    ids,
    all,
    words: { number: word(/"number": ?(\d+)/g), slug: word(/"slug": ?"([^"]+)"/g), cursor: word(/"next_cursor": ?"([^"]+)"/g) }
  }
}

function prefixOf (id: string): string {
  return id.slice(0, id.indexOf('_'))
}

/** Digests of all rows that belong to these ids, by table. */
export async function rowsOf (db: Stage['house']['db'], ids: readonly string[]): Promise<Record<string, string>> {
  const inside = ids.map(insideOf).filter(id => id !== undefined)
  const tables = await db<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'live' and tablename not in ('nonces', 'snapshots', 'deliveries', 'delivery_attempts', 'endpoints') order by 1`
  const digests: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await db.unsafe<{ digest: string }[]>(`
      select coalesce(md5(string_agg(row, '' order by row)), '') as digest
      from (select (to_jsonb(t) - 'api_version')::text as row from ${name} t) rows where row ~ $1`, [inside.join('|')])
    digests[name] = row!.digest
  }
  return digests
}

function insideOf (id: string): string | undefined {
  if (id.startsWith('key_')) return id
  const kind = (Object.keys(idPrefixes) as IdKind[]).find(kind => idPrefixes[kind] === prefixOf(id))
  return kind && readId(kind, id)
}
