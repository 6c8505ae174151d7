import { templateRowsMax } from '../../../schema/rest/bulk-orders.ts'
import { csvCell } from '../../base/csv-cell.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import type { Buyer, PriceBook } from '../pricing/price-book.ts'

/** SKUs looked at to find some that the buyer can order. */
const skusReadMax = 200

/**
 * A CSV file to start from: the header row, and a row for each of some SKUs that the buyer can order. The byte order mark lets
 * spreadsheets read it as UTF-8.
 */
export async function bulkOrderTemplate (read: Reader, prices: PriceBook, buyer: Buyer): Promise<string> {
  const skus = await read<{ id: Uuid, name: string, quantity: number, step: number }[]>`
    select s.id, p.name || ' · ' || s.name as name, s.quantity_min as quantity, s.quantity_step as step
    from skus s join products p on p.id = s.product_id
    where s.status = 'active' and p.status = 'active' and p.kind = 'code' order by s.id desc limit ${skusReadMax}`
  const rows = skus.map(({ id, name, quantity, step }) => ({ id, name, quantity: Math.ceil(quantity / step) * step }))
    .filter(({ id, quantity }) => prices.quote(buyer, id, quantity)).slice(0, templateRowsMax)
    .map(({ id, name, quantity }) => [showId('sku', id), quantity, '', name].map(csvCell).join(','))
  return '\ufeff' + ['sku,quantity,reference,name', ...rows].map(row => row + '\r\n').join('')
}
