// State machines as data: the states from which each state may be entered; null is "did not exist". What is not listed
// cannot happen. SQL guards read these lists; test/contract/operations.test.ts walks every pair.
import type { ImportState, LineState, ListingStatus, LotState, OrderState, ResellerStatus } from './vocabulary.ts'

type Entry<State> = Readonly<Record<State & string, readonly (State | null)[]>>

export const orderEntry: Entry<OrderState> = {
  completed: [null],
  partial: [null]
}

export const lineEntry: Entry<LineState> = {
  delivered: [null],
  partial: [null],
  refused: [null]
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

/** Whether an entity may go from one state (null: from nothing) to another. */
export function mayEnter<State extends string> (entry: Entry<State>, from: State | null, to: State): boolean {
  return (entry as Record<string, readonly (string | null)[]>)[to]?.includes(from) ?? false
}
