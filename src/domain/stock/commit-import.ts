import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockImport, readImport, type Import } from './import.ts'
import { lockStock } from './take-stock.ts'

/** Puts an import's codes on the shelf, all at once; a committed one is answered as it is. Throws `state_conflict`. */
export async function commitImport (tx: Tx, id: Uuid): Promise<Import> {
  const open = await lockImport(tx, id)
  if (open.state === 'committed') return open
  if (open.state === 'aborted') throw new Problem('state_conflict', 'The import was aborted; start another.')
  if (open.codes === 0n) throw new Problem('state_conflict', 'The import has no codes yet; send its parts first.')

  await tx`insert into stock (sku_id) values (${open.skuId}) on conflict do nothing`
  await lockStock(tx, [open.skuId])
  const lots = await tx<{ size: number }[]>`
    update lots set state = 'available' where import_id = ${id} and state = 'staged' and size > 0 returning size`
  const codes = lots.reduce((sum, lot) => sum + lot.size, 0)
  assert(BigInt(codes) === open.codes, 'as many codes in the lots as the parts brought')
  await tx`
    insert into shelf (sku_id, lot_id, expires_at, next, stop)
    select sku_id, id, expires_at, 0, size from lots where import_id = ${id} and state = 'available' order by expires_at, id`
  await tx`update stock set available = available + ${codes} where sku_id = ${open.skuId}`
  await tx`update imports set state = 'committed', touched_at = now() where id = ${id} and state = 'open'`
  return await readImport(tx, id)
}
