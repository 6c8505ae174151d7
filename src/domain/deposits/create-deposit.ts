import { depositBounds, depositSeconds } from '../../../schema/rest/deposits.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import type { Gateways } from '../../base/gateway.ts'
import { formatAmount, parseAmount, type Amount } from '../../base/money.ts'
import type { Uuid } from '../../base/ids.ts'
import { assert, Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { firstQuerySeconds } from '../payments/payment.ts'
import { readWallet } from '../wallet/list-wallets.ts'
import type { Deposit } from './deposit.ts'
import { readDeposit } from './read-deposits.ts'

export interface DepositWish {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly reference: string
  readonly currency: Currency
  readonly amount: Amount
  readonly gateway: string
  readonly returnUrl: string
  /** The key that asked for it. */
  readonly createdBy: string
}

/**
 * Writes a deposit, as a payment of which its gateway does not know yet. Refuses with `wallet_missing`, `gateway_not_found` and
 * `amount_out_of_bounds`.
 */
export async function createDeposit (tx: Tx, gateways: Gateways, wish: DepositWish): Promise<Deposit> {
  const { id, resellerId, reference, currency, amount, gateway, returnUrl, createdBy } = wish
  if (!await readWallet(tx, resellerId, currency)) {
    throw new Problem('wallet_missing', `You have no wallet in ${currency}; the operator opens it.`)
  }
  refuseUnknownGateway(gateways, gateway, currency)
  refuseOutOfBounds(amount, currency)
  await tx`
    insert into payments (
      id, reseller_id, purpose, subject_id, reference, gateway, currency, amount, state, return_url, expires_at, query_at, created_by
    )
    values (
      ${id}, ${resellerId}, 'deposit', ${id}, ${reference}, ${gateway}, ${currency}, ${amount}, 'created', ${returnUrl},
      now() + ${depositSeconds}::int * interval '1 second', now() + ${firstQuerySeconds}::int * interval '1 second', ${createdBy}
    )`
  return await readDeposit(tx, resellerId, id)
}

function refuseUnknownGateway (gateways: Gateways, id: string, currency: Currency): void {
  const enabled = gateways.enabledFor(currency).map(gateway => gateway.id)
  if (enabled.includes(id)) return
  const there = enabled.length > 0 ? `There are: ${enabled.join(', ')}.` : 'There is none.'
  throw new Problem('gateway_not_found', `There is no gateway ${JSON.stringify(id)} for ${currency}. ${there}`)
}

function refuseOutOfBounds (amount: Amount, currency: Currency): void {
  const { min, max } = depositBounds[currency]
  const [least, most] = [parseAmount(min), parseAmount(max)]
  assert(least !== undefined && most !== undefined, 'bounds of deposits that are amounts')
  if (amount >= least && amount <= most) return
  const bounds = `${formatAmount(least, currency)} to ${formatAmount(most, currency)} ${currency}`
  throw new Problem('amount_out_of_bounds', `One deposit is of ${bounds}.`, {
    errors: [{ pointer: '/amount/amount', detail: `must be from ${bounds}` }]
  })
}
