import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'

/** The highest unit cost among what is on the shelf of each SKU and not expired, in the SKU's currency; nothing on the shelf, no entry. */
export async function readUnitCosts (read: Reader, skuIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, Amount>> {
  const rows = await read<{ id: Uuid, cost: Amount }[]>`
    select s.id, max(l.unit_cost) as cost
    from skus s join shelf h on h.sku_id = s.id join lots l on l.id = h.lot_id and l.currency = s.currency
    where s.id = any (${bareArray(skuIds)}::uuid[]) and h.expires_at > now()
    group by s.id`
  return new Map(rows.map(row => [row.id, row.cost]))
}
