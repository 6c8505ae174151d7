// The two batches of a world's checkouts: those who begin to pay, and money that came.
import type { GroupCommit } from '../../postgres/group-commit.ts'
import type { Db } from '../../postgres/pool.ts'
import type { Snapshot } from '../../postgres/snapshot.ts'
import type { PlaceInside } from '../orders/place-orders.ts'
import type { PriceBook } from '../pricing/price-book.ts'
import type { BuyerKeys } from './buyer-keys.ts'
import type { ReceivePayment, StartCheckout } from './checkout.ts'

export interface CheckoutNeeds {
  readonly db: Db
  /** Where both batches run; orders are placed inside of them. */
  readonly checkoutDb: Db
  readonly priceBook: Snapshot<PriceBook>
  readonly buyerKeys: BuyerKeys
  readonly placeInside: PlaceInside
}

/** Opens both; `commits` are to be closed at the end. */
export function openCheckouts (needs: CheckoutNeeds): {
  startCheckout: StartCheckout
  receivePayment: ReceivePayment
  commits: readonly Pick<GroupCommit<unknown, unknown>, 'close'>[]
} {
  void needs
  const notYet = () => Promise.reject(new Error('not built yet'))
  return { startCheckout: notYet, receivePayment: notYet, commits: [] }
}
