import type { Tx } from '../../postgres/pool.ts'
import { moveWallet, type WalletChange, type WalletMovement } from './move-wallet.ts'
import { amountRefused } from './wallet-amount.ts'

/** Corrects a wallet, upwards or (below zero) downwards as far as balance and credit limit reach; once per reference. */
export async function adjust (tx: Tx, change: WalletChange): Promise<WalletMovement> {
  if (change.amount === 0n) throw amountRefused('/amount', 'must not be zero')
  return moveWallet(tx, 'adjustment', change)
}
