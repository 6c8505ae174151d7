import { holdSecondsMax } from '../../../schema/rest/holds.ts'
import { heldCodesDefault } from '../../../schema/rest/levels.ts'
import type { Tx } from '../../postgres/pool.ts'
import { raiseSnapshot } from '../../postgres/snapshot.ts'

export interface NewLevel {
  readonly id: string
  readonly name: string
  /** Where the level stands among the others, lowest first. */
  readonly rank: number
  /** For each key of a reseller of this level that has no limit of its own. */
  readonly requestsPerMinute: number
  /** For how long, and how many codes at once, a reseller of this level may hold; left out, as much as a level has by default. */
  readonly holdSecondsMax?: number
  readonly heldCodesMax?: number
}

export interface Level extends Required<NewLevel> { readonly createdAt: Date }

/** Creates a level, or changes the one with this id. */
export async function putLevel (tx: Tx, wished: NewLevel): Promise<Level> {
  const level = { holdSecondsMax, heldCodesMax: heldCodesDefault, ...wished }
  const [row] = await tx<{ created_at: Date }[]>`
    insert into levels (id, name, rank, requests_per_minute, hold_seconds_max, held_codes_max)
    values (${level.id}, ${level.name}, ${level.rank}, ${level.requestsPerMinute}, ${level.holdSecondsMax}, ${level.heldCodesMax})
    on conflict (id) do update set name = excluded.name, rank = excluded.rank, requests_per_minute = excluded.requests_per_minute,
      hold_seconds_max = excluded.hold_seconds_max, held_codes_max = excluded.held_codes_max
    returning created_at`
  await raiseSnapshot(tx, 'keys')
  await raiseSnapshot(tx, 'prices')
  return { ...level, createdAt: row!.created_at }
}
