import { quotedArray } from '../../postgres/arrays.ts'
import type { Db } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { sandboxKeptDays } from './payment.ts'

/** Forgets up to `limit` payments of the sandbox gateway that are old, and all that belongs to them. */
export async function purgeSandboxPayments (db: Db, limit: number): Promise<number> {
  return await transact(db, async tx => {
    const rows = await tx<{ id: string }[]>`
      select id from sandbox_gateway_payments where created_at < now() - ${sandboxKeptDays}::int * interval '1 day'
      order by created_at limit ${limit} for update skip locked`
    const ids = quotedArray(rows.map(row => row.id))
    await tx`delete from sandbox_gateway_notices where payment_id = any(${ids}::text[])`
    await tx`delete from sandbox_gateway_refunds where payment_id = any(${ids}::text[])`
    await tx`delete from sandbox_gateway_receipts where payment_id = any(${ids}::text[])`
    await tx`delete from sandbox_gateway_payments where id = any(${ids}::text[])`
    return rows.length
  })
}
