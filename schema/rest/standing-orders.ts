import { Type, type Static } from '@sinclair/typebox'
import { problemCodes } from '../problems.ts'
import { standingOrderStates, standingPeriods, standingRuleKinds, standingRunOutcomes } from '../vocabulary.ts'
import { CurrencyCode, DecimalAmount, Id, Money, MoneyAs, Nullable, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { KeyId } from './keys.ts'
import { Name } from './levels.ts'
import { CostCenter, lineQuantityMax, OrderId, SkuId } from './orders.ts'

/** Standing orders of a reseller that have not ended. */
export const standingOrdersOpenMax = 500
/** Runs refused in a row, after which a standing order is paused. */
export const refusalsInARowMax = 5
export const nextRunsMax = 5
export const checkMinutesMin = 5
export const checkMinutesMax = 7 * 1_440
export const timeZoneDefault = 'Asia/Shanghai'
const runsMaxMax = 1_000_000

/** requested: by a call. The others are the code that refused, or refused_in_a_row. */
export const standingPauseReasons = ['requested', 'key_revoked', 'key_expired', 'reseller_suspended', 'refused_in_a_row'] as const
export type StandingPauseReason = typeof standingPauseReasons[number]

export const StandingOrderId = Id('sto', 'The id of a standing order.')

const quantityBounds = { minimum: 1, maximum: lineQuantityMax }

export const StandingRule = Type.Object({
  kind: OneOf(standingRuleKinds, {
    description: 'schedule: quantity codes at certain times; it takes every, at, quantity, weekday with week, day with month, time_zone. ' +
      'level: as many as are missing from a level; it takes level, check_every_minutes, batch_max.'
  }),
  every: Type.Optional(OneOf(standingPeriods)),
  at: Type.Optional(Type.String({
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
    description: 'The time of day in the time zone. Where the clocks skip it, the run is as much later; where it comes twice, at the ' +
      'later.',
    examples: ['09:00']
  })),
  weekday: Type.Optional(Type.Integer({ minimum: 1, maximum: 7, description: 'With every: week. 1 is Monday (ISO 8601).' })),
  day: Type.Optional(Type.Integer({
    minimum: 1, maximum: 31, description: 'With every: month. A month without this day runs on its last day.'
  })),
  time_zone: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[A-Za-z0-9_+/-]+$',
    description: `A name of the IANA time zone database; ${timeZoneDefault} when it is left out.`,
    examples: ['Europe/Berlin']
  })),
  quantity: Type.Optional(Type.Integer({ ...quantityBounds, description: 'How many codes each time.' })),
  level: Type.Optional(Type.Integer({
    ...quantityBounds,
    description: 'How many codes to keep on hand: bought by this standing order, neither revealed nor given back. What is missing is ' +
      'bought, rounded up to the step of the SKU and at least its minimum.'
  })),
  check_every_minutes: Type.Optional(Type.Integer({
    minimum: checkMinutesMin, maximum: checkMinutesMax, description: 'How often to look.'
  })),
  batch_max: Type.Optional(Type.Integer({ ...quantityBounds, description: 'How many codes to buy at once at most.' }))
}, { additionalProperties: false, title: 'StandingRule' })
export type StandingRule = Static<typeof StandingRule>

export const StandingLimits = Type.Object({
  max_total_per_run: Type.Optional(Money),
  monthly_total: Type.Optional(
    MoneyAs('What may be spent in a calendar month of the rule’s time zone (UTC for a level), less what was given back.')
  ),
  monthly_quantity: Type.Optional(Type.Integer({
    minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Codes in such a month, less those given back.'
  })),
  ends_at: Type.Optional(Type.String({ format: 'date-time', description: 'RFC 3339. From then on there are no runs: it ends.' })),
  runs_max: Type.Optional(Type.Integer({ minimum: 1, maximum: runsMaxMax, description: 'Orders, at most; with the last it ends.' }))
}, {
  additionalProperties: false,
  title: 'StandingLimits',
  description: 'Money in the currency of the SKU. A schedule buys its quantity or, beyond a limit, nothing; a level buys as much as the ' +
    'limits leave.'
})
export type StandingLimits = Static<typeof StandingLimits>

export const CreateStandingOrder = Type.Object({
  reference: Type.Optional(Reference),
  name: Name,
  sku: SkuId,
  rule: StandingRule,
  limits: Type.Optional(StandingLimits),
  cost_center: Type.Optional(CostCenter)
}, { additionalProperties: false })
export type CreateStandingOrder = Static<typeof CreateStandingOrder>

export const UpdateStandingOrder = Type.Object({
  name: Type.Optional(Name),
  rule: Type.Optional(StandingRule),
  limits: Type.Optional(StandingLimits),
  cost_center: Type.Optional(Nullable(CostCenter))
}, {
  additionalProperties: false, minProperties: 1, description: 'What is left out stays as it is; rule and limits are replaced as a whole.'
})
export type UpdateStandingOrder = Static<typeof UpdateStandingOrder>

export const StandingOrder = Type.Object({
  id: StandingOrderId,
  reference: Type.String(),
  name: Type.String(),
  state: OneOf(standingOrderStates),
  sku: SkuId,
  rule: StandingRule,
  limits: StandingLimits,
  cost_center: Nullable(Type.String()),
  key: Type.String({ ...KeyId, description: 'The key it buys with: the one that made, last changed or last resumed it.' }),
  runs: Type.Integer({ description: 'Runs there were.' }),
  orders: Type.Integer({ description: 'Runs that ordered.' }),
  next_run_at: Nullable(Timestamp, { description: 'Null unless it is active.' }),
  pause_reason: Nullable(OneOf(standingPauseReasons)),
  created_at: Timestamp,
  updated_at: Timestamp
}, { additionalProperties: false, title: 'StandingOrder' })
export type StandingOrder = Static<typeof StandingOrder>

const ProblemCodeOfRun = Nullable(OneOf(problemCodes), { description: 'Why it was refused.' })

export const StandingRun = Type.Object({
  run: Type.Integer({ description: 'From 1; the reference of its order is the id of the standing order, a slash and this number.' }),
  due_at: Timestamp,
  ran_at: Timestamp,
  outcome: OneOf(standingRunOutcomes, {
    description: 'ordered: see the order, which may wait for approval. nothing_needed: the level is there. limit_reached: the limits ' +
      'leave nothing.'
  }),
  wanted: Type.Integer({ description: 'Codes it set out to buy.' }),
  on_hand: Nullable(Type.Integer(), { description: 'Codes on hand before it; null for a schedule.' }),
  order: Nullable(OrderId, { description: 'The order it placed.' }),
  quantity: Type.Integer({ description: 'Codes ordered.' }),
  total: DecimalAmount,
  currency: CurrencyCode,
  code: ProblemCodeOfRun,
  detail: Nullable(Type.String(), { description: 'Why it did not order, in a sentence.' })
}, { additionalProperties: false, title: 'StandingRun' })
export type StandingRun = Static<typeof StandingRun>

export const StandingPreview = Type.Object({
  next_runs: Type.Array(Timestamp, { description: `The next times, ${nextRunsMax} at most; none while it is paused or ended.` }),
  next: Nullable(Type.Object({
    would: OneOf(standingRunOutcomes, { description: 'What would become of a run now.' }),
    quantity: Type.Integer({ description: 'Codes it would buy, or set out to.' }),
    unit_price: Nullable(DecimalAmount, { description: 'Null when nothing is to be bought or it has no price.' }),
    total: DecimalAmount,
    currency: CurrencyCode,
    on_hand: Nullable(Type.Integer(), { description: 'Null for a schedule.' }),
    code: ProblemCodeOfRun,
    detail: Nullable(Type.String())
  }, { additionalProperties: false }), { description: 'Null when it has ended.' })
}, { additionalProperties: false, title: 'StandingPreview' })
export type StandingPreview = Static<typeof StandingPreview>

export const StandingOrderParams = Type.Object({ id: StandingOrderId })
export const ListStandingOrders = Type.Object({
  ...PageQuery,
  state: Type.Optional(OneOf(standingOrderStates)),
  sku: Type.Optional(SkuId)
}, { additionalProperties: false })
export type ListStandingOrders = Static<typeof ListStandingOrders>
export const ListStandingRuns = Type.Object({
  ...PageQuery,
  outcome: Type.Optional(OneOf(standingRunOutcomes))
}, { additionalProperties: false })
export type ListStandingRuns = Static<typeof ListStandingRuns>
export const StandingOrderPage = Page(StandingOrder)
export const StandingRunPage = Page(StandingRun)
