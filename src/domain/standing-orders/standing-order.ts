// A standing order and its runs, as they are kept. A rule and its limits are kept as REST shows them, checked (check-rule.ts).
import type { ProblemCode } from '../../../schema/problems.ts'
import type { StandingLimits, StandingPauseReason } from '../../../schema/rest/standing-orders.ts'
import type { Currency, StandingOrderState, StandingPeriod, StandingRunOutcome } from '../../../schema/vocabulary.ts'
import type { Uuid } from '../../base/ids.ts'
import type { Amount } from '../../base/money.ts'

/** So many at certain times. */
export interface ScheduleRule {
  readonly kind: 'schedule'
  readonly every: StandingPeriod
  readonly at: string
  readonly weekday?: number
  readonly day?: number
  readonly time_zone: string
  readonly quantity: number
}

/** As many as are missing from a level of codes on hand. */
export interface LevelRule {
  readonly kind: 'level'
  readonly level: number
  readonly check_every_minutes: number
  readonly batch_max?: number
}

export type Rule = ScheduleRule | LevelRule

export interface StandingOrder {
  readonly id: Uuid
  readonly resellerId: Uuid
  readonly reference: string
  readonly name: string
  readonly state: StandingOrderState
  readonly skuId: Uuid
  readonly rule: Rule
  readonly limits: StandingLimits
  readonly costCenter: string | null
  /** The key it buys with. */
  readonly keyId: string
  readonly runs: number
  /** Runs that ordered. */
  readonly orders: number
  /** Runs refused in a row. */
  readonly refusals: number
  /** Runs up to this one have nothing on hand any more. */
  readonly usedUpTo: number
  readonly nextRunAt: Date | null
  readonly pauseReason: StandingPauseReason | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface StandingRun {
  readonly run: number
  readonly dueAt: Date
  readonly ranAt: Date
  readonly outcome: StandingRunOutcome
  readonly wanted: number
  readonly onHand: number | null
  readonly orderId: Uuid | null
  readonly quantity: number
  readonly total: Amount
  readonly currency: Currency
  readonly code: ProblemCode | null
  readonly detail: string | null
}

/** What a StandingOrder is read from. */
export const standingOrderColumns = `id, reseller_id as "resellerId", reference, name, state, sku_id as "skuId", rule, limits,
  cost_center as "costCenter", key_id as "keyId", runs, orders, refusals, used_up_to as "usedUpTo", next_run_at as "nextRunAt",
  pause_reason as "pauseReason", created_at as "createdAt", updated_at as "updatedAt"`
