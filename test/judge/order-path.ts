// I5: the way an order may go. Who has come to an end stays there; what is settled is left in one way only, by giving back codes that
// were never revealed.

/** To which states an order may go from each, by one step. */
const steps: Readonly<Record<string, readonly string[]>> = {
  awaiting_approval: ['completed', 'partial', 'cancelled', 'rejected', 'expired'],
  reserved: ['completed', 'partial', 'cancelled', 'rejected', 'expired'],
  completed: ['partial', 'reversed'],
  partial: ['partial', 'reversed'],
  reversed: [],
  cancelled: [],
  rejected: [],
  expired: [],
  void: []
}

/** The state that each event of an order tells; a refund of a part leaves a part. */
const statesTold: Readonly<Record<string, string>> = {
  'order.awaiting_approval': 'awaiting_approval',
  'order.completed': 'completed',
  'order.partial': 'partial',
  'order.refunded': 'partial',
  'order.reversed': 'reversed',
  'order.cancelled': 'cancelled',
  'order.rejected': 'rejected',
  'order.expired': 'expired',
  'order.voided': 'void'
}

/** Events that only follow others, and those that nothing precedes. */
const givingBack = ['order.refunded', 'order.reversed']
const begins = [
  'order.awaiting_approval', 'order.completed', 'order.partial', 'order.cancelled', 'order.rejected', 'order.expired', 'order.voided'
]

/** The state that an order is in after an event of it; undefined for what is no event of an order. */
export function stateTold (type: string): string | undefined {
  return statesTold[type]
}

/** Whether an order may have an event after another, or (undefined) as its first. */
export function mayTellNext (before: string | undefined, type: string): boolean {
  if (before === undefined) return begins.includes(type)
  const [from, to] = [statesTold[before], statesTold[type]]
  if (from === undefined || to === undefined || !steps[from]!.includes(to)) return false
  return givingBack.includes(type) === ['completed', 'partial'].includes(from)
}

/** Whether an order that was in one state may be in another later. */
export function mayBecome (from: string, to: string): boolean {
  if (from === to) return true
  return (steps[from] ?? []).some(next => next !== from && mayBecome(next, to))
}

/** Whether what an order costs stays as it is from here on. */
export function isSettled (state: string): boolean {
  return ['completed', 'partial', 'reversed'].includes(state)
}
