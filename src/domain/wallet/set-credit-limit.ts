import type { Currency } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import { moneyView, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import type { Wallet } from './list-wallets.ts'
import { walletOf } from './move-wallet.ts'
import { lockAccounts } from './move.ts'
import { openWallet } from './open-wallet.ts'
import { amountRefused } from './wallet-amount.ts'

export interface NewCreditLimit {
  readonly resellerId: Uuid
  readonly currency: Currency
  /** How far below zero the balance may go. */
  readonly creditLimit: Amount
  readonly reason: string
  /** The key of the operator. */
  readonly createdBy: string
}

/** Sets how far a wallet may go below zero, opening the wallet if need be; less than what is in use is refused. The reason is kept. */
export async function setCreditLimit (tx: Tx, { resellerId, currency, creditLimit, reason, createdBy }: NewCreditLimit): Promise<Wallet> {
  if (creditLimit < 0n) throw amountRefused('/credit_limit', 'must not be below zero')
  if (!(await lockResellers(tx, [resellerId])).has(resellerId)) throw new Problem('not_found', 'There is no such reseller.')
  await openWallet(tx, resellerId, currency)
  await lockAccounts(tx, [(await walletOf(tx, resellerId, currency)).accountId])
  const before = await walletOf(tx, resellerId, currency)
  if (before.creditLimit === creditLimit) return before
  const set = await tx`
    update accounts set credit_limit = ${creditLimit} where id = ${before.accountId} and balance + ${creditLimit}::bigint >= 0 returning id`
  if (set.length === 0) {
    throw new Problem('credit_in_use', 'The wallet is further below zero than that.', { in_use: moneyView(-before.balance, currency) })
  }
  await tx`
    insert into credit_limit_changes (account_id, before, after, reason, created_by)
    values (${before.accountId}, ${before.creditLimit}, ${creditLimit}, ${reason}, ${createdBy})`
  return { ...before, creditLimit }
}
