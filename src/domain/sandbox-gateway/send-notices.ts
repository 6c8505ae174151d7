// What is told to merchants: leased, sent outside of any transaction, and settled, until it is taken or was tried often enough.
import type { Uuid } from '../../base/ids.ts'
import { bareArray, quotedArray } from '../../postgres/arrays.ts'
import type { Db } from '../../postgres/pool.ts'

/** How long whoever leased a notice has to send it; after that it is due again. */
const leaseSeconds = 20
export const noticeAttemptsMax = 12
const firstRetryMs = 200
/** The longest wait between two attempts. */
const retryMsMax = 3_600_000

export interface LeasedNotice {
  readonly id: Uuid
  readonly notifyUrl: string
  readonly body: string
  readonly attempts: number
}

/** Leases up to `limit` notices that are due, the longest due first. */
export async function leaseNotices (db: Db, limit: number): Promise<readonly LeasedNotice[]> {
  return await db<LeasedNotice[]>`
    with due as (
      select id from sandbox_gateway_notices where due_at <= clock_timestamp() order by due_at limit ${limit} for update skip locked
    ), leased as (
      update sandbox_gateway_notices set due_at = clock_timestamp() + ${leaseSeconds}::int * interval '1 second', attempts = attempts + 1
      from due where sandbox_gateway_notices.id = due.id
      returning sandbox_gateway_notices.id, payment_id, body, attempts
    )
    select leased.id, notify_url as "notifyUrl", body, attempts
    from leased join sandbox_gateway_payments as payment on payment.id = payment_id`
}

/** What became of a notice; null: it was taken. */
export interface NoticeOutcome extends Pick<LeasedNotice, 'id' | 'attempts'> { readonly error: string | null }

/** Settles what was sent, each only if its lease was not given to another. */
export async function settleNotices (db: Db, outcomes: readonly NoticeOutcome[]): Promise<void> {
  if (outcomes.length === 0) return
  await db`
    update sandbox_gateway_notices as notice
    set taken_at = case when error is null then clock_timestamp() end, last_error = error,
        due_at = case when wait_ms is not null then clock_timestamp() + wait_ms * interval '1 millisecond' end
    from unnest(
      ${bareArray(outcomes.map(outcome => outcome.id))}::uuid[], ${bareArray(outcomes.map(outcome => outcome.attempts))}::int[],
      ${quotedArray(outcomes.map(outcome => outcome.error))}::text[], ${bareArray(outcomes.map(waitMsOf))}::int[]
    ) as outcome (id, attempts, error, wait_ms)
    where notice.id = outcome.id and notice.attempts = outcome.attempts`
}

/** Until it is sent again: four times as long each time; null: never. */
function waitMsOf ({ attempts, error }: NoticeOutcome): number | null {
  return error === null || attempts >= noticeAttemptsMax ? null : Math.min(retryMsMax, firstRetryMs * 4 ** (attempts - 1))
}
