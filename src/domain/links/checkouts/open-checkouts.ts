// The two batches of a world's checkouts: those who begin to pay, and money that came.
import { newId } from '../../../base/ids.ts'
import { groupCommit, type GroupCommit, type GroupCommitLimits } from '../../../postgres/group-commit.ts'
import type { Db } from '../../../postgres/pool.ts'
import type { Snapshot } from '../../../postgres/snapshot.ts'
import type { PlaceInside } from '../../orders/place-orders.ts'
import type { NewReceipt } from '../../payments/payment.ts'
import type { PriceBook } from '../../pricing/price-book.ts'
import type { BuyerKeys } from '../buyer-keys.ts'
import type { ReceiptOutcome, ReceivePayment, StartCheckout, StartedCheckout } from './checkout.ts'
import { contactHint } from './contact-hint.ts'
import type { Start } from './decide-starts.ts'
import { receivePayments } from './receive-payments.ts'
import { startCheckouts } from './start-checkouts.ts'

export interface CheckoutNeeds {
  readonly db: Db
  /** Where both batches run; orders are placed inside of them. */
  readonly checkoutDb: Db
  readonly priceBook: Snapshot<PriceBook>
  readonly buyerKeys: BuyerKeys
  readonly placeInside: PlaceInside
}

/** One batch at a time of each: while it is in flight the next one gathers, and nothing of a link waits for itself. */
const startCommitLimits: GroupCommitLimits = { lanesMax: 1, weightMax: 500, waitingMax: 10_000, attemptsMax: 3 }
const receiptCommitLimits: GroupCommitLimits = { lanesMax: 1, weightMax: 200, waitingMax: 10_000, attemptsMax: 3 }

/** Opens both; `commits` are to be closed at the end. */
export function openCheckouts (needs: CheckoutNeeds): {
  startCheckout: StartCheckout
  receivePayment: ReceivePayment
  commits: readonly { close (): Promise<void> }[]
} {
  const { checkoutDb, buyerKeys, placeInside } = needs
  const starts: GroupCommit<Start, StartedCheckout> = groupCommit<Start, StartedCheckout>(
    checkoutDb, (tx, batch, earlier, commitBehind) => startCheckouts(tx, batch, earlier, commitBehind, needs), () => 1, startCommitLimits)
  const receipts: GroupCommit<NewReceipt, ReceiptOutcome> = groupCommit<NewReceipt, ReceiptOutcome>(
    checkoutDb, (tx, batch) => receivePayments(tx, batch, placeInside), () => 1, receiptCommitLimits)
  return {
    startCheckout: wish => {
      const { kind, value } = wish.contact
      return starts.submit({ ...wish, id: newId(), contactHash: buyerKeys.hash(kind, value), contactHint: contactHint(wish.contact) })
    },
    receivePayment: receipt => receipts.submit(receipt),
    commits: [starts, receipts]
  }
}
