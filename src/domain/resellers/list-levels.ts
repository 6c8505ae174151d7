import type { Reader } from '../../postgres/pool.ts'
import type { Level } from './put-level.ts'

/** Where a level stands in the list: rank, then id. */
export type LevelPlace = readonly [rank: number, id: string]

/** Up to `count` levels beyond the place, lowest rank first. */
export async function listLevels (read: Reader, after: LevelPlace | undefined, count: number): Promise<readonly Level[]> {
  const rows = await read<LevelRow[]>`
    select id, name, rank, requests_per_minute, created_at from levels
    where ${after ? read`(rank, id) > (${after[0]}::int, ${after[1]}::text)` : read`true`}
    order by rank, id limit ${count}`
  return rows.map(toLevel)
}

/** The level with this id, if there is one. */
export async function readLevel (read: Reader, id: string): Promise<Level | undefined> {
  const [row] = await read<LevelRow[]>`select id, name, rank, requests_per_minute, created_at from levels where id = ${id}`
  return row && toLevel(row)
}

interface LevelRow { id: string, name: string, rank: number, requests_per_minute: number, created_at: Date }

function toLevel (row: LevelRow): Level {
  return { id: row.id, name: row.name, rank: row.rank, requestsPerMinute: row.requests_per_minute, createdAt: row.created_at }
}
