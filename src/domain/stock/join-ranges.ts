import type { Uuid } from '../../base/ids.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { lockStock } from './take-stock.ts'

/** A pass: joins neighbouring ranges of one lot, for up to `limit` SKUs that have some; returns how many rows fewer the shelf has. */
export async function joinRanges (db: Db, limit: number): Promise<number> {
  const skus = await db<{ sku_id: Uuid }[]>`
    select distinct front.sku_id
    from shelf as front join shelf as back on back.lot_id = front.lot_id and back.next = front.stop
    limit ${limit}`
  let joined = 0
  for (const { sku_id: skuId } of skus) joined += await transact(db, tx => joinRangesOf(tx, skuId))
  return joined
}

/** The first row of each run of neighbours grows over the others. */
async function joinRangesOf (tx: Tx, skuId: Uuid): Promise<number> {
  await lockStock(tx, [skuId])
  const gone = await tx`
    with marked as (
      select id, lot_id, next, stop, next is distinct from lag(stop) over (partition by lot_id order by next) as starts
      from shelf where sku_id = ${skuId}
    ), numbered as (
      select *, sum(starts::int) over (partition by lot_id order by next) as run from marked
    ), runs as (
      select lot_id, run, (array_agg(id order by next))[1] as id, max(stop) as stop from numbered group by lot_id, run having count(*) > 1
    ), grown as (
      update shelf set stop = runs.stop from runs where shelf.id = runs.id
    )
    delete from shelf using numbered join runs on runs.lot_id = numbered.lot_id and runs.run = numbered.run
    where shelf.id = numbered.id and not numbered.starts`
  return gone.count
}
