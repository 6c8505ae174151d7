import type { Db } from '../../postgres/pool.ts'

/** How long a quote that nobody used can still be read. */
export const unusedQuoteDays = 7

/** A pass: deletes up to `limit` quotes that expired unused long ago; returns how many. Those an order used are kept. */
export async function purgeQuotes (db: Db, limit: number): Promise<number> {
  const deleted = await db`
    delete from quotes where order_id is null and (reseller_id, id) in (
      select reseller_id, id from quotes
      where order_id is null and expires_at < now() - make_interval(days => ${unusedQuoteDays}::int) order by expires_at limit ${limit}
    )`
  return deleted.count
}
