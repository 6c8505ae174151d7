import { sandboxBalanceMax } from '../../../schema/rest/sandbox.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { newId, type Uuid } from '../../base/ids.ts'
import { amountScale, type Amount } from '../../base/money.ts'
import type { Tx } from '../../postgres/pool.ts'
import { lockResellers } from '../events/lock-resellers.ts'
import { adjust } from '../wallet/adjust.ts'
import { deposit } from '../wallet/deposit.ts'
import { readWallet, type Wallet } from '../wallet/list-wallets.ts'
import { openWallet } from '../wallet/open-wallet.ts'
import { amountRefused } from '../wallet/wallet-amount.ts'
import type { TestWorld } from './faults.ts'

/** Whose wallet holds how much play money from now on. */
export interface BalanceWish {
  readonly resellerId: Uuid
  readonly currency: Currency
  readonly balance: Amount
  readonly keyId: string
}

/** Brings a wallet of the test world to a balance, by a deposit of what is missing or an adjustment of what is too much. */
export async function setBalance (
  tx: Tx, { name }: Pick<TestWorld, 'name'>, { resellerId, currency, balance, keyId }: BalanceWish
): Promise<Wallet> {
  if (balance < 0n || balance > BigInt(sandboxBalanceMax) * amountScale) {
    throw amountRefused('/amount', `must be from 0 to ${sandboxBalanceMax}`)
  }
  await lockResellers(tx, [resellerId])
  await openWallet(tx, resellerId, currency)
  const amount = balance - (await readWallet(tx, resellerId, currency))!.balance
  const reason = 'play money of the sandbox'
  const change = { reference: `sandbox ${name} ${newId()}`, resellerId, currency, amount, reason, createdBy: keyId }
  if (amount > 0n) await deposit(tx, change)
  if (amount < 0n) await adjust(tx, change)
  return (await readWallet(tx, resellerId, currency))!
}
