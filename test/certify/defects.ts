// Single mistakes, each planted in the good shop: what to write instead of which words of examples/shop/shop.mjs, the scenarios that are
// there for it, and what they must find.
import type { FindingCode } from '../../src/cli/certify/findings.ts'
import type { KahubOptions } from '../../sdk/src/index.ts'

export interface Defect {
  readonly instead: ReadonlyArray<readonly [words: string, other: string]>
  /** Of the shop's client. */
  readonly options?: Partial<KahubOptions>
  readonly finds: Readonly<Record<string, FindingCode>>
  /** Scenarios it must pass all the same. */
  readonly passes?: readonly string[]
}

const noRetries = { retriesMax: 0 }
const sweepAtOnce = ['const sweepEveryMs = 2_000', 'const sweepEveryMs = 200'] as const
const unknown = 'error.status === undefined || error.status >= 500 || [408, 425, 429].includes(error.status)'
const states = "order.state === 'completed' ? 'delivered' : order.state === 'partial' ? 'partial' : 'failed'"
const placing = 'reference: number, lines: [{ sku, quantity }], max_total: maxTotal'
/** The order under a number that no attempt had before. */
const ever = placing.replace('number', 'number + Math.random()')
const taking = 'if (purchase && !event.simulated) buy(purchase)'
const verified = 'await webhooks.unwrap(body, request.headers, { secrets: secret }).catch(error => console.warn(error.message))'
const settling = '    Object.assign(purchase, { state, codes,'
/** The shop waits to be called back before it tells its customer. */
const waitsForCallback = [
  [settling, "    if (state === 'delivered' && !purchase.told) return\n" + settling],
  [taking, 'if (purchase) { purchase.told = true; buy(purchase) }']
] as const

export const defects: Readonly<Record<string, Defect>> = {
  'takes the first code of an order': {
    instead: [['.map(code => code.secret.reveal())', '.map(code => code.secret.reveal()).slice(0, 1)']],
    finds: { purchase: 'codes_lost' }
  },
  'delivers what it finds in a drawer': {
    instead: [['code => code.secret.reveal()', '(code, i) => "drawer" + i']],
    finds: { purchase: 'codes_foreign' }
  },
  'makes a purchase of every press of the button': {
    instead: [['book.purchases.get(number) ?? { number,', '{ number,'], ['underWay.has(purchase.number)', 'false'], [placing, ever]],
    finds: { purchase_repeated: 'double_order' },
    passes: ['purchase']
  },
  'makes a new reference for each attempt': {
    instead: [[placing, ever]],
    options: noRetries,
    finds: {
      timeout_before_commit: 'reference_changed',
      reset_before_commit: 'reference_changed',
      timeout_after_commit: 'double_order',
      reset_after_commit: 'double_order'
    },
    passes: ['purchase']
  },
  'takes no answer for a refusal': {
    instead: [[unknown, 'error.status >= 500 || [408, 425, 429].includes(error.status)']],
    options: noRetries,
    finds: { slow_answer: 'order_lost', timeout_after_commit: 'order_lost', reset_before_commit: 'gave_up' },
    passes: ['error_after_commit']
  },
  'takes 500 for a refusal': {
    instead: [[unknown, 'error.status === undefined || error.status > 500']],
    options: noRetries,
    finds: { error_before_commit: 'gave_up', error_after_commit: 'order_lost' },
    passes: ['timeout_after_commit']
  },
  'forgets what is pending': {
    instead: [['for (const purchase of book.purchases.values()) buy(purchase)', '']],
    options: noRetries,
    finds: { timeout_before_commit: 'no_end' }
  },
  'does not read Retry-After': {
    instead: [sweepAtOnce],
    options: noRetries,
    finds: { unavailable: 'too_soon', rate_limited: 'too_soon' },
    passes: ['error_before_commit']
  },
  'asks for what is out of stock until it is there, under ever new numbers': {
    instead: [sweepAtOnce, [unknown, `${unknown} || error.status === 409`], [placing, ever]],
    finds: { out_of_stock: 'hammering' }
  },
  'takes 409 for done': {
    instead: [["{ state: 'failed', reason: error.code ?? error.message }", "{ state: error.status === 409 ? 'delivered' : 'failed' }"]],
    finds: { out_of_stock: 'told_delivered', insufficient_balance: 'told_delivered' },
    passes: ['purchase']
  },
  'takes a part for the whole': {
    instead: [[placing, `${placing}, fill: 'partial'`], [states, states.replace("? 'partial'", "? 'delivered'")]],
    finds: { partial_stock: 'partial_as_whole' },
    passes: ['purchase']
  },
  'takes no word of what it may cost': {
    instead: [[placing, placing.replace(', max_total: maxTotal', '')]],
    finds: { price_change: 'price_unguarded' },
    passes: ['purchase']
  },
  'gives up when its quote has expired': {
    instead: [[
      'const order = await kahub.orders.place({',
      'const quote = await kahub.quotes.create({ lines: [{ sku, quantity }] })\n      const order = await kahub.orders.place({ quote: quote.id,'
    ]],
    finds: { quote_expiry: 'gave_up' },
    passes: ['purchase', 'price_change']
  },
  'takes an undecided order for a failed one': {
    instead: [["if (['reserved', 'awaiting_approval'].includes(order.state)) return", '']],
    finds: { supplier_unknown: 'undecided_as_failed' },
    passes: ['purchase']
  },
  'knows two states of an order, reserved and delivered': {
    instead: [[states, "'delivered'"]],
    finds: { order_cancelled: 'told_delivered' },
    passes: ['purchase', 'supplier_unknown']
  },
  'verifies what it has parsed and written again': {
    instead: [['unwrap(body,', 'unwrap(JSON.stringify(JSON.parse(body), null, 1),']],
    finds: { callback: 'callback_refused' }
  },
  'adds up what it paid from callbacks, as often as they come': {
    instead: [
      ["paid: { amount: state === 'failed' ? '0' : order.total, currency: order.currency }", "paid: purchase.paid ?? { amount: '0' }"],
      ['if (!book.taken.has(id)) take(event)', 'take(event)'],
      [taking, 'if (purchase) purchase.paid = { amount: (Number(purchase.paid?.amount ?? 0) + Number(event.data.order.total)).toFixed(2) }']
    ],
    finds: { callback_duplicate: 'paid_wrong', callback_replayed: 'paid_wrong' },
    passes: ['callback']
  },
  'answers 409 to what it knows already': {
    instead: [['if (!book.taken.has(id)) take(event)', 'if (book.taken.has(id)) return { status: 409 }\n    take(event)']],
    finds: { callback_replayed: 'callback_refused' },
    passes: ['callback']
  },
  'gives up an order that it is not called back about': {
    instead: [
      ...waitsForCallback,
      ['const sweep = ', "const giveUp = purchase => Object.assign(purchase, purchase.state === 'pending' && { state: 'failed' })\n  const sweep = "],
      ['      await buy(purchase)\n', '      setTimeout(giveUp, 4_000, purchase)\n      await buy(purchase)\n']
    ],
    finds: { callback_late: 'order_lost' },
    passes: ['callback']
  },
  'drops what is not newer than the last callback': {
    instead: [
      ...waitsForCallback,
      ["const id = request.headers['webhook-id']", 'const id = event.sequence'],
      ['if (!book.taken.has(id)) take(event)', 'if (event.sequence < book.last) return { status: 204 }\n    book.last = event.sequence\n    take(event)']
    ],
    finds: { callback_out_of_order: 'no_end' },
    passes: ['callback']
  },
  'verifies nothing': {
    instead: [[verified, 'JSON.parse(body)']],
    finds: { callback_forged: 'forged_accepted', callback_stale: 'stale_accepted' },
    passes: ['callback']
  },
  'verifies nothing, and believes': {
    instead: [[verified, 'JSON.parse(body)'], [taking, "if (purchase && event.type === 'order.cancelled') purchase.state = 'failed'"]],
    finds: { callback_forged: 'word_changed', callback_stale: 'word_changed' },
    passes: ['callback']
  },
  'does not look at the time of a callback': {
    instead: [['{ secrets: secret }', '{ secrets: secret, toleranceSeconds: 1e9 }']],
    finds: { callback_stale: 'stale_accepted' },
    passes: ['callback_forged']
  }
}
