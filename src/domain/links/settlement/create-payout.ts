import { showId } from '../../../base/ids.ts'
import { formatAmount, moneyView } from '../../../base/money.ts'
import { Problem, assert } from '../../../base/problem.ts'
import type { Tx } from '../../../postgres/pool.ts'
import { lockResellers } from '../../events/lock-resellers.ts'
import { move } from '../../wallet/move.ts'
import { ownedAccount } from '../../wallet/owned-account.ts'
import { amountRefused } from '../../wallet/wallet-amount.ts'
import { readHostBalances, refuseUnknownHost } from './read-payouts.ts'
import type { Payout } from './settlement.ts'

/** A payout before it is written. */
export type NewPayout = Omit<Payout, 'createdAt'>

/**
 * Writes down that a reseller has paid its host, and lets the commission it kept for that become its own. More than the host is owed of
 * settled sales is refused (`state_conflict`, with what is due): the reseller's lock lets one payout after the other count.
 */
export async function createPayout (tx: Tx, wish: NewPayout): Promise<Payout> {
  const { id, resellerId, hostId, reference, currency, amount, note, createdBy } = wish
  if (amount <= 0n) throw amountRefused('/amount', 'must be above zero')
  await lockResellers(tx, [resellerId])
  await refuseUnknownHost(tx, resellerId, hostId)
  const balance = (await readHostBalances(tx, resellerId, hostId)).find(one => one.currency === currency)
  const due = balance ? balance.earned - balance.paidOut : 0n
  if (amount > due) {
    const owed = `${formatAmount(due, currency)} ${currency}`
    throw new Problem('state_conflict', `The host is owed ${owed} of settled sales. What it earned today becomes due when the day is settled.`, {
      due: moneyView(due, currency)
    })
  }
  await move(tx, [{
    id,
    kind: 'payout',
    debit: await ownedAccount(tx, resellerId, 'commission', currency),
    credit: await ownedAccount(tx, resellerId, 'wallet', currency),
    amount,
    reason: `${showId('payout', id)} to ${showId('host', hostId)}`,
    createdBy
  }])
  const [row] = await tx<{ createdAt: Date }[]>`
    insert into payouts (reseller_id, id, host_id, reference, currency, amount, note, created_by)
    values (${resellerId}, ${id}, ${hostId}, ${reference}, ${currency}, ${amount}, ${note}, ${createdBy})
    returning created_at as "createdAt"`
  assert(row, 'the payout that was just written')
  return { ...wish, createdAt: row.createdAt }
}
