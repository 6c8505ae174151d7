import type { Tx } from '../../postgres/pool.ts'
import { moveWallet, type WalletChange, type WalletMovement } from './move-wallet.ts'
import { amountRefused } from './wallet-amount.ts'

/** Puts money that was received into a wallet; the same reference with the same fields does it once. */
export async function deposit (tx: Tx, change: WalletChange): Promise<WalletMovement> {
  if (change.amount <= 0n) throw amountRefused('/amount', 'must be above zero')
  return moveWallet(tx, 'deposit', change)
}
