import { newId, type Uuid } from '../../base/ids.ts'
import { formatAmount } from '../../base/money.ts'
import type { SandboxNotice, SandboxNoticeType, SandboxReceipt } from '../../base/sandbox-wire.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import type { SandboxPayment, SandboxPaymentReceipt } from './payment.ts'

const channel = 'kahub_sandbox_notices'

/** A notice to be sent so long from now. */
export interface NewNotice {
  readonly type: SandboxNoticeType
  /** Of `payment.paid`. */
  readonly receipt?: Pick<SandboxPaymentReceipt, 'transaction' | 'currency' | 'amount' | 'comesAt'>
  readonly afterMs: number
}

/** Writes notices of a payment; what is due is sent at once where somebody listens. */
export async function appendNotices (
  tx: Tx, { id, merchantPayment }: Pick<SandboxPayment, 'id' | 'merchantPayment'>, notices: readonly NewNotice[]
): Promise<void> {
  if (notices.length === 0) return
  const rows = notices.map(notice => ({ id: newId(), ...notice }))
  await tx`
    insert into sandbox_gateway_notices (id, payment_id, body, due_at)
    select notice.id, ${id}, body, clock_timestamp() + after_ms * interval '1 millisecond'
    from unnest(
      ${bareArray(rows.map(row => row.id))}::uuid[],
      ${quotedArray(rows.map(row => JSON.stringify(bodyOf(row.id, merchantPayment, row))))}::text[],
      ${bareArray(rows.map(row => row.afterMs))}::int[]
    ) as notice (id, body, after_ms)`
  await tx`select pg_notify(${channel}, current_schema())`
}

/** Calls `hint` whenever notices may have become due in this world, reconnections included; returns how to stop. */
export async function listenForNotices (db: Db, world: string, hint: () => void): Promise<() => Promise<void>> {
  const listening = await db.listen(channel, schema => { if (schema === world) hint() }, hint)
  return () => listening.unlisten()
}

/** A receipt as the wire shows it. */
export function receiptView ({ transaction, amount, currency, comesAt }: NonNullable<NewNotice['receipt']>): SandboxReceipt {
  return { transaction, amount: formatAmount(amount, currency), currency, paid_at: comesAt.toISOString() }
}

function bodyOf (id: Uuid, merchantPayment: string, { type, receipt }: NewNotice): SandboxNotice {
  return { id, type, merchant_payment: merchantPayment, ...(receipt && { receipt: receiptView(receipt) }) }
}
