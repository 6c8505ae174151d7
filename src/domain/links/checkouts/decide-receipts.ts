// What becomes of money that came: a pure function of the receipts and of what was read under the locks, in the order of arrival. Whether
// there is stock for what is sold, the placing of its order says next.
import type { CheckoutState, Currency, PaymentPurpose, ResellerStatus, ReturnReason } from '../../../../schema/vocabulary.ts'
import { checkoutEntry } from '../../../../schema/states.ts'
import { newId, type Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
import { assert, Problem } from '../../../base/problem.ts'
import type { NewReceipt } from '../../payments/payment.ts'
import { walletBalanceMax } from '../../wallet/move-wallet.ts'
import type { Checkout } from './checkout.ts'
import { traitKey, type Pieces } from './decide-starts.ts'
import { quotaLeft, type LinkFacts } from '../link.ts'

/** What was read of a payment that money came for. */
export interface PaymentFacts {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly purpose: PaymentPurpose
  readonly subjectId: Uuid
  readonly gateway: string
  readonly currency: Currency
  readonly amount: Amount
  readonly createdBy: string | null
  /** Whether money that came for it did what it was meant for. */
  applied: boolean
}

/** A checkout that money came for; decideReceipts marks what is sold. */
export interface PaidCheckout extends Omit<Checkout, 'state'> {
  readonly contactHash: Uuid
  readonly deviceHash: Uuid | null
  readonly networkHash: Uuid
  readonly state: CheckoutState
  /** Set by the receipt of this batch that it is sold for, or that it ends by. */
  taken?: 'sold' | ReturnReason
}

export interface PaidLink extends LinkFacts {
  readonly quotaPerBuyer: number | null
  held: number
  sold: number
  sales: number
}

/** What was read under the locks. decideReceipts uses up quota, counts and room in wallets as it goes: they are its own. */
export interface ReceiptFacts {
  readonly payments: ReadonlyMap<Uuid, PaymentFacts>
  readonly checkouts: ReadonlyMap<Uuid, PaidCheckout>
  readonly links: ReadonlyMap<Uuid, PaidLink>
  readonly resellers: ReadonlyMap<Uuid, ResellerStatus>
  /** The payments of receipts that were booked before, by receiptKey. */
  readonly booked: Map<string, Uuid>
  /** Balances of wallets, by walletKey. */
  readonly wallets: Map<string, Amount>
  /** By traitKey, of those whose money is late. */
  readonly pieces: Map<string, Pieces>
}

/** A receipt that is booked now, and what for. */
export interface Booking { readonly receipt: NewReceipt, readonly payment: PaymentFacts }

export type ReceiptDecision =
  | { readonly kind: 'refused', readonly problem: Problem }
  | { readonly kind: 'known' }
  /** The checkout is to be sold, if there is stock. */
  | Booking & { readonly kind: 'sells', readonly checkout: PaidCheckout }
  /** It came behind another that sells, in this batch: twice paid, or in vain like that one. */
  | Booking & { readonly kind: 'follows', readonly checkout: PaidCheckout }
  | Booking & { readonly kind: 'deposits', readonly balance: Amount, readonly transferId: Uuid }
  | Booking & { readonly kind: 'returns', readonly reason: ReturnReason, readonly checkout: PaidCheckout | undefined }

/** Where a coming of money stands: its gateway's own number for it. */
export function receiptKey ({ gateway, transaction }: Pick<NewReceipt, 'gateway' | 'transaction'>): string {
  return JSON.stringify([gateway, transaction])
}

/** Where the balance of a wallet stands. */
export function walletKey (resellerId: Uuid, currency: Currency): string {
  return `${resellerId} ${currency}`
}

/** Decides a batch; an outcome for each receipt, in their order. */
export function decideReceipts (receipts: readonly NewReceipt[], facts: ReceiptFacts): ReceiptDecision[] {
  return receipts.map(receipt => {
    const payment = facts.payments.get(receipt.paymentId)
    if (payment?.gateway !== receipt.gateway || receipt.amount <= 0n) return refused('There is no such payment at this gateway.')
    const booked = facts.booked.get(receiptKey(receipt))
    if (booked !== undefined) return booked === payment.id ? { kind: 'known' } : refused('The transaction was told of another payment.')
    facts.booked.set(receiptKey(receipt), payment.id)
    return payment.purpose === 'deposit' ? decideDeposit(receipt, payment, facts) : decideCheckout(receipt, payment, facts)
  })
}

function refused (detail: string): ReceiptDecision {
  return { kind: 'refused', problem: new Problem('payment_news_invalid', detail) }
}

function mismatchOf ({ amount, currency }: NewReceipt, payment: PaymentFacts): ReturnReason | undefined {
  if (currency !== payment.currency) return 'currency_mismatch'
  return amount === payment.amount ? undefined : 'amount_mismatch'
}

function decideDeposit (receipt: NewReceipt, payment: PaymentFacts, { resellers, wallets }: ReceiptFacts): ReceiptDecision {
  const { resellerId, currency } = payment
  const returns = (reason: ReturnReason): ReceiptDecision => ({ kind: 'returns', receipt, payment, reason, checkout: undefined })
  if (payment.applied) return returns('paid_twice')
  const mismatch = mismatchOf(receipt, payment)
  if (mismatch) return returns(mismatch)
  const before = wallets.get(walletKey(resellerId, currency))
  assert(before !== undefined, 'the wallet that money is paid into')
  const balance = before + receipt.amount
  if (resellers.get(resellerId) === 'closed' || balance > walletBalanceMax) return returns('wallet_refused')
  wallets.set(walletKey(resellerId, currency), balance)
  payment.applied = true
  return { kind: 'deposits', receipt, payment, balance, transferId: newId() }
}

function decideCheckout (receipt: NewReceipt, payment: PaymentFacts, facts: ReceiptFacts): ReceiptDecision {
  const checkout = facts.checkouts.get(payment.subjectId)
  assert(checkout, 'the checkout of a payment')
  const returns = (reason: ReturnReason): ReceiptDecision => {
    // What something else has paid for, or what is being sold, does not end by this.
    if (isOpenToMoney(checkout) && checkout.taken === undefined) checkout.taken = reason
    return { kind: 'returns', receipt, payment, reason, checkout }
  }
  if (checkout.state === 'completed') return returns('paid_twice')
  if (!isOpenToMoney(checkout)) return returns(checkout.reason ?? 'paid_twice')
  if (checkout.taken === 'sold') return { kind: 'follows', receipt, payment, checkout }
  if (checkout.taken !== undefined) return returns(checkout.taken)
  const mismatch = mismatchOf(receipt, payment)
  if (mismatch) return returns(mismatch)
  if (facts.resellers.get(checkout.resellerId) !== 'active') return returns('not_for_sale')
  const link = facts.links.get(checkout.linkId)
  assert(link, 'the link of a checkout')
  if (checkout.state !== 'open' && !leavesRoom(checkout, link, facts)) return returns('quota_reached')
  checkout.taken = 'sold'
  if (checkout.state === 'open') link.held -= checkout.quantity
  link.sold += checkout.quantity
  link.sales++
  return { kind: 'sells', receipt, payment, checkout }
}

function isOpenToMoney ({ state }: PaidCheckout): boolean {
  return checkoutEntry.completed.includes(state)
}

/** Whether the quotas still allow what was given back when its time was over. */
function leavesRoom (checkout: PaidCheckout, link: PaidLink, { pieces }: ReceiptFacts): boolean {
  const { quantity, linkId, contactHash, deviceHash } = checkout
  if ((quotaLeft(link) ?? Infinity) < quantity) return false
  const keys = [traitKey(linkId, 'contact', contactHash), ...deviceHash === null ? [] : [traitKey(linkId, 'device', deviceHash)]]
  const counts = keys.map(key => pieces.get(key) ?? { all: 0, open: 0 })
  if (link.quotaPerBuyer !== null && counts.some(({ all }) => all + quantity > link.quotaPerBuyer!)) return false
  keys.forEach((key, i) => pieces.set(key, { all: counts[i]!.all + quantity, open: counts[i]!.open }))
  return true
}
