import { Type, type Static } from '@sinclair/typebox'
import { bulkFormats, bulkOrderStates, currencyCodes, fills, lineReasons, lineStates } from '../vocabulary.ts'
import {
  DecimalAmount, Id, MoneyAs, Nullable, OneOf, oneLinePattern, Page, PageQuery, Reference, referenceLengthMax, Timestamp
} from './common.ts'
import { CostCenter, lineQuantityMax, OrderId, SkuId } from './orders.ts'

export const bulkBytesMax = 32 * 1024 * 1024
export const bulkLinesMax = 100_000
export const bulkCodesMax = 1_000_000
/** Errors, short SKUs and sums per SKU that a report tells at most; all of them are counted. */
export const reportErrorsMax = 1_000
export const reportSkusMax = 1_000
export const templateRowsMax = 20
/** How long a validated bulk order waits to be confirmed. */
export const confirmHoursMax = 24

export const BulkOrderId = Id('blk', 'The id of a bulk order.')

export const BulkOrderParams = Type.Object({ id: BulkOrderId }, { additionalProperties: false })

export const CreateBulkOrderQuery = Type.Object({
  reference: Type.Optional(Reference),
  fill: Type.Optional(OneOf(fills, {
    description: 'partial (default): line by line, what can be bought is bought. all_or_nothing: stock and money of all lines are set ' +
      'aside first; when one line cannot be had, all is given back.'
  })),
  currency: Type.Optional(OneOf(currencyCodes, { description: 'The currency all lines must be in; by default that of the first line.' })),
  cost_center: Type.Optional(CostCenter)
}, { additionalProperties: false })
export type CreateBulkOrderQuery = Static<typeof CreateBulkOrderQuery>

/** What a file says, as JSON. Only documentation: the file is read as a stream. */
const BulkOrderFile = Type.Object({
  lines: Type.Array(Type.Object({
    sku: Type.String({ description: 'The id of a SKU, or its plain number.' }),
    quantity: Type.Integer({ minimum: 1, maximum: lineQuantityMax, description: 'How many codes.' }),
    reference: Type.Optional(Type.String({
      maxLength: referenceLengthMax, description: 'Your own number for this line, unique within the file.'
    }))
  }, { additionalProperties: false }), { minItems: 1, maxItems: bulkLinesMax })
}, { additionalProperties: false })

const csv = `UTF-8 with a header row that names sku, quantity and, if you like, reference, in any order. A column name is passed over.
Commas, semicolons or tabs; blank lines do not count. GET /v1/bulk-orders/template gives one to start from.`
const ndjson = 'One object a line: {"sku": …, "quantity": …, "reference": …}.'

export const BulkOrderBody = Type.Unsafe<unknown>({
  content: {
    'text/csv': { schema: { description: csv, contentMediaType: 'text/csv' } },
    'application/x-ndjson': { schema: { description: ndjson, contentMediaType: 'application/x-ndjson' } },
    'application/json': { schema: BulkOrderFile }
  }
})

export const bulkLineFaults = [
  'invalid_request', 'reference_reused', 'sku_not_found', 'sku_not_for_sale', 'price_missing', 'currency_mixed', 'quantity_out_of_bounds',
  'quantity_off_step'
] as const
export type BulkLineFault = typeof bulkLineFaults[number]

export const BulkOrderReport = Type.Object({
  lines: Type.Integer({ description: 'Lines of the file that say something.' }),
  quantity: Type.Integer({ description: 'Codes of all lines that can be read.' }),
  currency: Nullable(OneOf(currencyCodes)),
  total: Nullable(DecimalAmount, { description: 'What all lines without errors cost now, each priced by its own quantity.' }),
  errors: Type.Array(Type.Object({
    line: Type.Integer({ description: 'The line of the file, from 1; in JSON the place in lines.' }),
    code: OneOf(bulkLineFaults),
    detail: Type.String()
  }, { additionalProperties: false, title: 'BulkLineError' }), { description: `What is wrong; the first ${reportErrorsMax}.` }),
  errors_count: Type.Integer({ description: 'All that is wrong.' }),
  short: Type.Array(Type.Object({
    sku: SkuId,
    wanted: Type.Integer(),
    available: Type.Integer()
  }, { additionalProperties: false, title: 'ShortStock' }), {
    description: `SKUs of which fewer are on the shelf now than the file wants; the first ${reportSkusMax}. No error: more may come.`
  }),
  short_count: Type.Integer({ description: 'All SKUs that are short.' }),
  wallet: Nullable(Type.Object({
    available: Type.String({ description: 'Balance and credit now.' }),
    missing: DecimalAmount
  }, { additionalProperties: false, title: 'WalletCover' }), {
    description: 'Whether the wallet covers the total now. No error when it does not; null: there is no wallet in the currency.'
  }),
  skus: Type.Array(Type.Object({
    sku: SkuId,
    lines: Type.Integer(),
    quantity: Type.Integer(),
    unit_price: Nullable(DecimalAmount, { description: 'null when lines of different quantity have different prices.' }),
    total: DecimalAmount
  }, { additionalProperties: false, title: 'BulkSkuSum' }), {
    description: `The sums per SKU, in the order of the file; the first ${reportSkusMax}.`
  }),
  skus_count: Type.Integer({ description: 'All SKUs of the file.' })
}, { additionalProperties: false, title: 'BulkOrderReport' })
export type BulkOrderReport = Static<typeof BulkOrderReport>

export const BulkOrderFailure = Type.Object({
  code: Type.String({ description: 'The code of the refusal that ended it.' }),
  detail: Type.String(),
  line: Nullable(Type.Integer(), { description: 'The line of the file it was met at, if it was one.' })
}, { additionalProperties: false, title: 'BulkOrderFailure' })
export type BulkOrderFailure = Static<typeof BulkOrderFailure>

export const BulkOrderSummary = Type.Object({
  id: BulkOrderId,
  reference: Type.String(),
  state: OneOf(bulkOrderStates, {
    description: 'invalid: lines are wrong, see the report. validated: confirm it. running: buying line by line. reserving: setting ' +
      'stock and money aside. awaiting_approval: a second key decides. completing: what is set aside becomes orders. releasing: it is ' +
      'given back. Ends: completed, partial (some lines lack codes), failed (nothing was bought), cancelled, rejected, expired.'
  }),
  fill: OneOf(fills),
  format: OneOf(bulkFormats),
  currency: Nullable(OneOf(currencyCodes)),
  cost_center: Nullable(Type.String()),
  round: Type.Integer({ description: '1, and one more with every retry.' }),
  lines: Type.Integer(),
  lines_done: Type.Integer({ description: 'Lines whose outcome is known.' }),
  lines_delivered: Type.Integer({ description: 'Lines delivered in full.' }),
  lines_failed: Type.Integer({ description: 'Lines that lack codes: refused, or delivered in part. A retry is for these.' }),
  quantity: Type.Integer({ description: 'Codes wanted.' }),
  delivered: Type.Integer({ description: 'Codes delivered.' }),
  percent: Type.Integer({ description: 'How far the work is; setting aside is the first half, completing or releasing the second.' }),
  total: Nullable(DecimalAmount, { description: 'What the report says it costs.' }),
  max_total: Nullable(DecimalAmount, { description: 'What it may cost, all rounds together.' }),
  held: DecimalAmount,
  paid: DecimalAmount,
  failure: Nullable(BulkOrderFailure, { description: 'What ended it before its time.' }),
  created_by: Type.String({ description: 'The key that sent the file.' }),
  confirmed_by: Nullable(Type.String(), { description: 'The key that confirmed it; it buys.' }),
  created_at: Timestamp,
  confirm_before: Nullable(Timestamp, { description: 'While validated: afterwards it has expired.' }),
  confirmed_at: Nullable(Timestamp),
  ended_at: Nullable(Timestamp)
}, { additionalProperties: false, title: 'BulkOrderSummary' })
export type BulkOrderSummary = Static<typeof BulkOrderSummary>

export const BulkOrder = Type.Object({
  ...BulkOrderSummary.properties,
  amounts: Type.Object({
    wanted: Nullable(DecimalAmount, { description: 'The total of the report.' }),
    held: DecimalAmount,
    paid: DecimalAmount,
    refunded: DecimalAmount
  }, {
    additionalProperties: false,
    title: 'BulkOrderAmounts',
    description: 'Over all its orders: set aside now, paid for what was delivered, and given back since.'
  }),
  report: BulkOrderReport
}, { additionalProperties: false, title: 'BulkOrder' })
export type BulkOrder = Static<typeof BulkOrder>

export const BulkOrderPage = Page(BulkOrderSummary)

export const ListBulkOrders = Type.Object({
  ...PageQuery,
  reference: Type.Optional(Type.String({
    maxLength: referenceLengthMax, pattern: oneLinePattern, description: 'Only the bulk order with this reference.'
  })),
  state: Type.Optional(OneOf(bulkOrderStates))
}, { additionalProperties: false })
export type ListBulkOrders = Static<typeof ListBulkOrders>

export const ConfirmBulkOrder = Type.Object({
  max_total: Type.Optional(
    MoneyAs('What it may cost at most; by default the total of the report. Lines that would cost more are not bought.')
  )
}, { additionalProperties: false })
export type ConfirmBulkOrder = Static<typeof ConfirmBulkOrder>

export const RetryBulkOrder = Type.Object({
  max_total: Type.Optional(MoneyAs('What all rounds together may cost at most; by default what it was.'))
}, { additionalProperties: false })
export type RetryBulkOrder = Static<typeof RetryBulkOrder>

/** waiting: nobody has tried to buy it yet. */
export const bulkLineStates = ['waiting', ...lineStates] as const
export type BulkLineState = typeof bulkLineStates[number]

export const BulkOrderLine = Type.Object({
  line: Type.Integer({ description: 'The line of the file, from 1; in JSON the place in lines.' }),
  reference: Nullable(Type.String()),
  round: Type.Integer({ description: 'The round that tried it.' }),
  sku: SkuId,
  quantity: Type.Integer({ description: 'Codes this round wanted: those that rounds before it had not delivered.' }),
  delivered: Type.Integer(),
  state: OneOf(bulkLineStates, { description: 'waiting: not tried yet.' }),
  reason: Nullable(OneOf(lineReasons), { description: 'Why it lacks codes.' }),
  unit_price: Nullable(DecimalAmount),
  total: Nullable(DecimalAmount),
  order: Nullable(OrderId),
  order_line: Nullable(Type.Integer({ description: 'Its line in the order.' }))
}, { additionalProperties: false, title: 'BulkOrderLine' })
export type BulkOrderLine = Static<typeof BulkOrderLine>

export const BulkOrderLinePage = Page(BulkOrderLine)

export const ListBulkOrderLines = Type.Object({
  ...PageQuery,
  state: Type.Optional(OneOf(bulkLineStates)),
  reference: Type.Optional(Type.String({
    maxLength: referenceLengthMax, pattern: oneLinePattern, description: 'Only the line with this reference.'
  }))
}, { additionalProperties: false })
export type ListBulkOrderLines = Static<typeof ListBulkOrderLines>
