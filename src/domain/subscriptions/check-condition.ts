import type { SubscriptionCondition, SubscriptionKind } from '../../../schema/vocabulary.ts'
import { Problem, type Fault } from '../../base/problem.ts'

export interface Condition {
  readonly kind: SubscriptionKind
  readonly condition: SubscriptionCondition
  readonly threshold: number | null
}

/** Whether a condition is measured at a threshold. */
export function takesThreshold (condition: SubscriptionCondition): boolean {
  return condition === 'below' || condition === 'above'
}

/** A condition that its kind knows, with a threshold where it takes one; a Problem `invalid_request` that names every fault. */
export function checkCondition ({ kind, condition, threshold }: Condition): void {
  const faults: Fault[] = []
  if (kind === 'price' && condition !== 'any') faults.push({ pointer: '/condition', detail: 'must be any for a price' })
  if (takesThreshold(condition) && threshold === null) faults.push({ pointer: '/threshold', detail: `is needed for ${condition}` })
  if (!takesThreshold(condition) && threshold !== null) faults.push({ pointer: '/threshold', detail: `is not for ${condition}` })
  if (condition === 'below' && threshold === 0) faults.push({ pointer: '/threshold', detail: 'must be 1 or more: stock is never below 0' })
  if (faults.length === 0) return
  const says = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join(', ')
  throw new Problem('invalid_request', `The condition cannot be waited for: ${says}.`, { errors: faults })
}
