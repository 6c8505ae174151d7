import type { Currency, ResellerStatus } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

export interface Reseller {
  readonly id: Uuid
  readonly name: string
  readonly levelId: string
  readonly status: ResellerStatus
  readonly currency: Currency
  readonly createdAt: Date
}

export interface ResellerFilter {
  readonly status?: ResellerStatus | undefined
  readonly levelId?: string | undefined
}

/** Up to `count` resellers created after the one named, oldest first. */
export async function listResellers (
  read: Reader,
  filter: ResellerFilter,
  after: Uuid | undefined,
  count: number
): Promise<readonly Reseller[]> {
  const { status = null, levelId = null } = filter
  const rows = await read<ResellerRow[]>`
    select id, name, level_id, status, currency, created_at from resellers
    where (${status}::text is null or status = ${status}) and (${levelId}::text is null or level_id = ${levelId})
      and ${after === undefined ? read`true` : read`id > ${after}::uuid`}
    order by id limit ${count}`
  return rows.map(toReseller)
}

/** The reseller with this id, if there is one. */
export async function readReseller (read: Reader, id: Uuid): Promise<Reseller | undefined> {
  const [row] = await read<ResellerRow[]>`select id, name, level_id, status, currency, created_at from resellers where id = ${id}`
  return row && toReseller(row)
}

interface ResellerRow { id: Uuid, name: string, level_id: string, status: ResellerStatus, currency: Currency, created_at: Date }

function toReseller (row: ResellerRow): Reseller {
  return { id: row.id, name: row.name, levelId: row.level_id, status: row.status, currency: row.currency, createdAt: row.created_at }
}
