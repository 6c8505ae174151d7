// State machines as data: the states from which each state may be entered; null is "did not exist". What is not listed
// cannot happen. SQL guards read these lists; test/contract/operations.test.ts walks every pair of those that a caller moves.
import type {
  ApprovalState, BulkOrderState, CheckoutState, DeliveryState, EndpointState, HoldState, ImportState, LineState, ListingStatus, LotState,
  OrderState, PaybackState, PaymentState, ResellerStatus, StandingOrderState
} from './vocabulary.ts'

type Entry<State> = Readonly<Record<State & string, readonly (State | null)[]>>

/** What is settled is left in one way only: its buyer gives back codes that were never revealed. */
export const orderEntry: Entry<OrderState> = {
  awaiting_approval: [null],
  reserved: [null],
  completed: [null, 'awaiting_approval', 'reserved'],
  partial: [null, 'awaiting_approval', 'reserved', 'completed'],
  reversed: ['completed', 'partial'],
  cancelled: ['awaiting_approval', 'reserved'],
  rejected: ['awaiting_approval', 'reserved'],
  expired: ['awaiting_approval', 'reserved'],
  void: [null]
}

export const lineEntry: Entry<LineState> = {
  held: [null],
  delivered: [null, 'held'],
  partial: [null, 'held', 'delivered'],
  refused: [null],
  released: ['held'],
  returned: ['delivered', 'partial']
}

export const holdEntry: Entry<HoldState> = {
  active: [null],
  used: ['active'],
  cancelled: ['active'],
  expired: ['active'],
  broken: ['active']
}

export const approvalEntry: Entry<ApprovalState> = {
  pending: [null],
  approved: ['pending'],
  rejected: ['pending'],
  expired: ['pending'],
  cancelled: ['pending']
}

/** A retry of what failed leads back from an end to work. */
export const bulkOrderEntry: Entry<BulkOrderState> = {
  invalid: [null],
  validated: [null],
  running: ['validated', 'partial', 'failed', 'cancelled'],
  reserving: ['validated', 'partial', 'failed', 'cancelled'],
  awaiting_approval: ['reserving'],
  completing: ['reserving', 'awaiting_approval'],
  releasing: ['reserving', 'awaiting_approval', 'completing'],
  completed: ['running', 'completing'],
  partial: ['running', 'completing', 'releasing'],
  failed: ['running', 'releasing'],
  cancelled: ['validated', 'running', 'releasing'],
  rejected: ['releasing'],
  expired: ['validated', 'releasing']
}

export const standingOrderEntry: Entry<StandingOrderState> = {
  active: [null, 'paused'],
  paused: ['active'],
  ended: ['active', 'paused']
}

export const endpointEntry: Entry<EndpointState> = {
  enabled: [null, 'paused', 'disabled'],
  paused: ['enabled'],
  disabled: ['enabled', 'paused']
}

/** A replay makes what was delivered, or given up, due again. */
export const deliveryEntry: Entry<DeliveryState> = {
  due: [null, 'delivered', 'dead'],
  delivered: ['due'],
  dead: ['due'],
  dropped: ['due']
}

export const importEntry: Entry<ImportState> = {
  open: [null],
  committed: ['open'],
  aborted: ['open']
}

export const lotEntry: Entry<LotState> = {
  staged: [null],
  available: ['staged'],
  recalled: ['available'],
  expired: ['available'],
  aborted: ['staged']
}

/** Money may come after the end: then there is a code for it still, or it goes back. */
export const checkoutEntry: Entry<CheckoutState> = {
  open: [null],
  completed: ['open', 'expired', 'cancelled'],
  expired: ['open'],
  cancelled: ['open'],
  refunding: ['open', 'expired', 'cancelled'],
  refunded: ['refunding']
}

/** A gateway's word that money came counts whatever we had said to it. */
export const paymentEntry: Entry<PaymentState> = {
  created: [null],
  pending: ['created'],
  paid: ['created', 'pending', 'closing', 'closed'],
  closing: ['created', 'pending'],
  closed: ['closing', 'created', 'pending']
}

export const paybackEntry: Entry<PaybackState> = {
  due: [null, 'failed'],
  sent: ['due'],
  succeeded: ['due', 'sent'],
  failed: ['due', 'sent']
}

export const listingEntry: Entry<ListingStatus> = {
  active: [null, 'paused', 'delisted'],
  paused: [null, 'active', 'delisted'],
  delisted: ['active', 'paused']
}

export const resellerEntry: Entry<ResellerStatus> = {
  active: [null, 'suspended'],
  suspended: ['active'],
  closed: ['active', 'suspended']
}

/** From which states one may be entered, for the guard of a statement; "did not exist" is none of them. */
export function formerStates<State extends string> (entry: Entry<State>, to: State): readonly State[] {
  const from: readonly (State | null)[] = entry[to]
  return from.filter(state => state !== null)
}

/** Whether an entity may go from one state (null: from nothing) to another. */
export function mayEnter<State extends string> (entry: Entry<State>, from: State | null, to: State): boolean {
  return (entry as Record<string, readonly (string | null)[]>)[to]?.includes(from) ?? false
}
