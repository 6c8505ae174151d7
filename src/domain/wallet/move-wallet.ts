import type { Currency } from '../../../schema/vocabulary.ts'
import { newId, showId, type Uuid } from '../../base/ids.ts'
import { amountMax, formatAmount, moneyView, type Amount } from '../../base/money.ts'
import { Problem, assert } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { appendEvents } from '../events/append-events.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { claimReference } from '../requests/claim-reference.ts'
import { houseAccount } from './house-accounts.ts'
import { readTransfer, type WalletTransfer } from './list-transfers.ts'
import { readWallet, type Wallet } from './list-wallets.ts'
import { move } from './move.ts'
import { amountRefused } from './wallet-amount.ts'

/** Wallets hold no more than this. */
export const walletBalanceMax: Amount = amountMax

/** What the operator wants done to a wallet. */
export interface WalletChange {
  readonly reference: string
  readonly resellerId: Uuid
  readonly currency: Currency
  readonly amount: Amount
  readonly reason: string
  /** The key of the operator. */
  readonly createdBy: string
}

/** The transfer that was made, now or earlier under the same reference. */
export interface WalletMovement { readonly transfer: WalletTransfer, readonly replayed: boolean }

const movements = {
  deposit: { house: 'cash', event: 'wallet.deposited' },
  adjustment: { house: 'adjustment', event: 'wallet.adjusted' }
} as const

/** Moves an amount (below zero: out of the wallet) between a house account and a wallet, and says so in an event. */
export async function moveWallet (tx: Tx, kind: keyof typeof movements, change: WalletChange): Promise<WalletMovement> {
  const { reference, resellerId, currency, amount, reason, createdBy } = change
  const id = newId()
  const fields = { reseller: showId('reseller', resellerId), amount: moneyView(amount, currency), reason }
  const earlierId = await claimReference(tx, { owner: 'operator', resource: kind, reference, fields, resourceId: id })
  if (earlierId === undefined) await moveOnce(tx, kind, change, id)
  const wallet = await walletOf(tx, resellerId, currency)
  const transfer = await readTransfer(tx, wallet, earlierId ?? id)
  assert(transfer, 'the transfer of the reference')
  if (earlierId !== undefined) return { transfer, replayed: true }

  if (transfer.balance > walletBalanceMax) {
    throw amountRefused('/amount', `would bring the wallet above ${formatAmount(walletBalanceMax, currency)} ${currency}`)
  }
  await appendEvents(tx, [{
    resellerId,
    type: movements[kind].event,
    data: {
      transfer: showId('transfer', id),
      amount: fields.amount,
      balance: moneyView(transfer.balance, currency),
      reason,
      created_by: createdBy
    }
  }])
  return { transfer, replayed: false }
}

/** The reseller's wallet; the refusal `not_found` without such a reseller and `wallet_missing` without a wallet in the currency. */
export async function walletOf (tx: Tx, resellerId: Uuid, currency: Currency): Promise<Wallet> {
  const wallet = await readWallet(tx, resellerId, currency)
  if (wallet) return wallet
  if ((await tx`select 1 from resellers where id = ${resellerId}`).length === 0) {
    throw new Problem(
      'not_found',
      'There is no such reseller.'
    )
  }
  throw new Problem('wallet_missing', `The reseller has no wallet in ${currency}. Open it by setting its credit limit, 0 if none is meant.`)
}

async function moveOnce (
  tx: Tx,
  kind: keyof typeof movements,
  { resellerId, currency, amount, reason, createdBy }: WalletChange,
  id: Uuid
): Promise<void> {
  await lockResellers(tx, [resellerId])
  const wallet = (await walletOf(tx, resellerId, currency)).accountId
  const house = await houseAccount(tx, movements[kind].house, currency)
  const gains = amount > 0n
  await move(tx, [{
    id, kind, debit: gains ? house : wallet, credit: gains ? wallet : house, amount: gains ? amount : -amount, reason, createdBy
  }])
}
