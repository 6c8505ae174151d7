import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'

export interface NewLevel {
  readonly id: string
  readonly name: string
  /** Where the level stands among the others, lowest first. */
  readonly rank: number
  /** For each key of a reseller of this level that has no limit of its own. */
  readonly requestsPerMinute: number
}

export interface Level extends NewLevel { readonly createdAt: Date }

/** Creates a level, or changes the one with this id. */
export async function putLevel (tx: Tx, level: NewLevel): Promise<Level> {
  const [row] = await tx<{ created_at: Date }[]>`
    insert into levels (id, name, rank, requests_per_minute)
    values (${level.id}, ${level.name}, ${level.rank}, ${level.requestsPerMinute})
    on conflict (id) do update set name = excluded.name, rank = excluded.rank, requests_per_minute = excluded.requests_per_minute
    returning created_at`
  await raiseSnapshot(tx, 'keys')
  await raiseSnapshot(tx, 'prices')
  return { ...level, createdAt: row!.created_at }
}
