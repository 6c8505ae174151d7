import type { Reader } from '../../postgres/pool.ts'
import type { Level } from './put-level.ts'

/** Where a level stands in the list: rank, then id. */
export type LevelPlace = readonly [rank: number, id: string]

/** Up to `count` levels beyond the place, lowest rank first. */
export async function listLevels (read: Reader, after: LevelPlace | undefined, count: number): Promise<readonly Level[]> {
  return await read<Level[]>`
    select ${levelColumns(read)} from levels
    where ${after ? read`(rank, id) > (${after[0]}::int, ${after[1]}::text)` : read`true`}
    order by rank, id limit ${count}`
}

/** The level with this id, if there is one. */
export async function readLevel (read: Reader, id: string): Promise<Level | undefined> {
  const [level] = await read<Level[]>`select ${levelColumns(read)} from levels where id = ${id}`
  return level
}

function levelColumns (read: Reader) {
  return read`
    id, name, rank, requests_per_minute as "requestsPerMinute", hold_seconds_max as "holdSecondsMax", held_codes_max as "heldCodesMax",
    created_at as "createdAt"`
}
