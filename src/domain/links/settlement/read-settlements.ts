import { csvCell } from '../../../base/csv-cell.ts'
import { showId, type Uuid } from '../../../base/ids.ts'
import { formatAmount } from '../../../base/money.ts'
import { Problem } from '../../../base/problem.ts'
import { bareArray } from '../../../postgres/arrays.ts'
import type { Reader } from '../../../postgres/pool.ts'
import type { HostShare, SettledSale, Settlement } from './settlement.ts'

/** Which settlements are wanted; null: whatever it is. */
export interface SettlementFilter {
  readonly sessionId: Uuid | null
  /** The first and the last day, as in 2026-10-01. */
  readonly dayFrom: string | null
  readonly dayTo: string | null
}

/** Up to `count` settlements of a reseller, newest first, behind one. */
export async function listSettlements (
  read: Reader, resellerId: Uuid, { sessionId, dayFrom, dayTo }: SettlementFilter, before: Uuid | null, count: number
): Promise<readonly Settlement[]> {
  return await read<Settlement[]>`
    select ${settlementColumns(read)} from settlements
    where reseller_id = ${resellerId} and (${before}::uuid is null or id < ${before})
      and (${sessionId}::uuid is null or session_id = ${sessionId})
      and (${dayFrom}::text is null or to_char(day, 'YYYY-MM-DD') >= ${dayFrom})
      and (${dayTo}::text is null or to_char(day, 'YYYY-MM-DD') <= ${dayTo})
    order by id desc limit ${count}`
}

/** Those settlements of a reseller that there are by these ids, in any order. */
export async function readSettlements (read: Reader, resellerId: Uuid, ids: readonly Uuid[]): Promise<readonly Settlement[]> {
  return await read<Settlement[]>`
    select ${settlementColumns(read)} from settlements where reseller_id = ${resellerId} and id = any(${bareArray(ids)}::uuid[])`
}

/** One settlement of a reseller; refused with `not_found` when it has no such one. */
export async function readSettlement (read: Reader, resellerId: Uuid, id: Uuid): Promise<Settlement> {
  const [settlement] = await readSettlements(read, resellerId, [id])
  if (!settlement) throw new Problem('not_found', 'You have no such settlement.')
  return settlement
}

/** What hosts earned in these settlements, those that earned most first. */
export async function readHostShares (read: Reader, ids: readonly Uuid[]): Promise<readonly HostShare[]> {
  return await read<HostShare[]>`
    select settlement_id as "settlementId", host_id as "hostId", currency, sales, quantity, commission from settlement_hosts
    where settlement_id = any(${bareArray(ids)}::uuid[]) order by settlement_id, commission desc, host_id`
}

/** Up to `count` sales of a settlement behind one, in the sequence in which they were begun. Who asks has read the settlement as its own. */
export async function listSettledSales (
  read: Reader, settlementId: Uuid, after: Uuid | null, count: number
): Promise<readonly SettledSale[]> {
  return await read<SettledSale[]>`
    select checkouts.id as "checkoutId", order_id as "orderId", link_id as "linkId", host_id as "hostId", sku_id as "skuId",
           skus.name as "skuName", quantity, checkouts.currency, total, wholesale, commission, checkouts.ended_at as "completedAt"
    from checkouts join skus on skus.id = sku_id
    where settlement_id = ${settlementId} and (${after}::uuid is null or checkouts.id > ${after})
    order by settlement_id, checkouts.id limit ${count}`
}

/** Rows that are read at a time while a statement is written: no transaction stays open while somebody takes it. */
const salesAtOnce = 1_000

/** The statement of a settlement as CSV, in UTF-8 with a mark that spreadsheets know it by; no cell is a formula. */
export async function * settlementAsCsv (read: Reader, settlementId: Uuid): AsyncGenerator<string> {
  yield `\ufeff${csvColumns.join(',')}\r\n`
  let after: Uuid | null = null
  for (;;) {
    const sales: readonly SettledSale[] = await listSettledSales(read, settlementId, after, salesAtOnce)
    if (sales.length > 0) yield sales.map(sale => `${csvRow(sale).map(csvCell).join(',')}\r\n`).join('')
    if (sales.length < salesAtOnce) return
    after = sales.at(-1)!.checkoutId
  }
}

const csvColumns = [
  'checkout', 'completed_at', 'sku', 'sku_name', 'quantity', 'currency', 'total', 'wholesale', 'commission', 'margin', 'order', 'link',
  'host'
] as const

function csvRow (sale: SettledSale): readonly (string | number | null)[] {
  const { currency, total, wholesale, commission } = sale
  return [
    showId('checkout', sale.checkoutId),
    sale.completedAt.toISOString(),
    showId('sku', sale.skuId),
    sale.skuName,
    sale.quantity,
    currency,
    formatAmount(total, currency),
    formatAmount(wholesale, currency),
    formatAmount(commission, currency),
    formatAmount(total - wholesale - commission, currency),
    showId('order', sale.orderId),
    showId('link', sale.linkId),
    sale.hostId && showId('host', sale.hostId)
  ]
}

function settlementColumns (read: Reader) {
  return read`id, reseller_id as "resellerId", session_id as "sessionId", to_char(day, 'YYYY-MM-DD') as day, currency, sales, quantity,
    gross, wholesale, commission, margin, created_at as "createdAt"`
}
