// The shop's word against kahub's: what is known of a purchase in, what is wrong with it out. Nothing here waits or asks.
import { sandboxFaultKinds } from '../../../schema/sandbox-faults.ts'
import type { SandboxFault } from '../../../schema/vocabulary.ts'
import type { Finding, FindingCode } from './findings.ts'
import type { Strike, TrueCallback, TrueOrder } from './ledger.ts'
import { isFinal, type Evidence, type HeardWord } from './play.ts'

/** A fault strikes each reference once: who is struck more often has asked under so many. */
const strikesMax = 3
/** Clocks of a server count from different moments of one request. */
const retryAfterSlackMs = 50

/** How a purchase must end: with the goods; or as its order did, with goods or without. */
export type Ending = 'delivered' | 'as_ordered'

/** What is wrong with a purchase whatever happened to it: orders, codes, money, and what the customer was told. */
export function judgePurchase (evidence: Evidence, ending: Ending): readonly Finding[] {
  const { words, trouble, orders, strikes, purchase } = evidence
  const word = words.at(-1)
  const findings: Finding[] = []
  const found = (code: FindingCode, seen: string) => findings.push({ code, seen })
  const bought = orders.filter(({ delivered }) => delivered > 0)
  const references = [...new Set([...strikes.map(({ reference }) => reference), ...orders.map(order => order.reference)])]

  if (bought.length > 1) found('double_order', `${bought.length} orders for ${purchase.number}: ${bought.map(tellOrder).join('; ')}`)
  if (references.length > 1) found('reference_changed', `it was asked for as ${references.slice(0, 4).join(', ')}`)
  const requests = strikes.filter(({ call }) => call.startsWith('POST ')).length
  if (requests > strikesMax) found('hammering', `${requests} requests of one purchase were struck`)

  if (word === undefined) found('shop_unreadable', trouble ?? `the shop does not know ${purchase.number}, which it was asked to buy`)
  else if (trouble !== undefined) found('shop_unreadable', trouble)
  else findings.push(...judgeWord(word, orders, ending), ...judgeCodes(word, evidence), ...judgePaid(word, orders))
  findings.push(...judgeChanges(words))
  return findings
}

function judgeWord (word: HeardWord, orders: readonly TrueOrder[], ending: Ending): readonly Finding[] {
  const said = `the shop says ${word.state}`
  const order = orders.find(({ delivered }) => delivered > 0) ?? orders.at(-1)
  const truth = order ? `kahub has ${tellOrder(order)}` : 'kahub has no order'
  if (word.state === 'pending') return [{ code: 'no_end', seen: `${said}; ${truth}` }]
  if (order === undefined || order.delivered === 0) {
    if (word.state !== 'failed') return [{ code: 'told_delivered', seen: `${said}; ${truth}` }]
    return ending === 'delivered' ? [{ code: 'gave_up', seen: `${said}; ${truth}` }] : []
  }
  if (word.state === 'failed') return [{ code: 'order_lost', seen: `${said}; ${truth}` }]
  if (order.state === 'partial' && word.state === 'delivered') return [{ code: 'partial_as_whole', seen: `${said}; ${truth}` }]
  return []
}

function judgeCodes ({ state, digests }: HeardWord, { digests: truth }: Evidence): readonly Finding[] {
  if (truth === null || !['delivered', 'partial'].includes(state)) return []
  const findings: Finding[] = []
  const twice = digests.length - new Set(digests).size
  const lost = truth.filter(digest => !digests.includes(digest)).length
  const foreign = new Set(digests.filter(digest => !truth.includes(digest))).size
  if (twice > 0) findings.push({ code: 'codes_twice', seen: `${twice} of ${digests.length} codes stand there again` })
  if (lost > 0) findings.push({ code: 'codes_lost', seen: `${lost} of ${truth.length} codes are not in the purchase` })
  if (foreign > 0) findings.push({ code: 'codes_foreign', seen: `${foreign} codes in the purchase are not of its order` })
  return findings
}

function judgePaid (word: HeardWord, orders: readonly TrueOrder[]): readonly Finding[] {
  if (!isFinal(word)) return []
  // Several orders are told as such; which of them the shop's books mean is nobody's question.
  const bought = orders.filter(({ delivered }) => delivered > 0)
  if (bought.length > 1) return []
  const truth = bought[0]?.total ?? '0'
  const said = word.paid ?? (word.state === 'failed' ? '0' : null)
  if (said !== null && plain(said) === plain(truth)) return []
  return [{ code: 'paid_wrong', seen: `the shop says ${said ?? 'nothing'}, kahub took ${truth}` }]
}

/** A final word stands: its state, its codes and its price. */
function judgeChanges (words: readonly HeardWord[]): readonly Finding[] {
  const first = words.findIndex(isFinal)
  const later = first < 0 ? [] : words.slice(first + 1).filter(({ state }) => state !== words[first]!.state)
  if (later.length === 0) return []
  return [{ code: 'word_changed', seen: `the shop said ${[words[first]!, ...later].map(({ state }) => state).join(', then ')}` }]
}

/** An order that nobody knew about yet was told as failed or delivered. */
export function judgeUndecided ({ words }: Evidence, undecidedUntilMs: number): readonly Finding[] {
  const early = words.find(word => isFinal(word) && word.atMs < undecidedUntilMs)
  if (early === undefined) return []
  return early.state === 'failed'
    ? [{ code: 'undecided_as_failed', seen: 'the shop said failed while the order was reserved' }]
    : [{ code: 'told_delivered', seen: `the shop said ${early.state} while the order was reserved` }]
}

/** The shop came back before the time that Retry-After had named. */
export function judgePauses ({ strikes, orders }: Evidence, fault: SandboxFault): readonly Finding[] {
  const asked = sandboxFaultKinds[fault].parameters.retry_after?.default
  const times = [...strikes.map(({ struckMs }) => struckMs), ...orders.map(({ createdMs }) => createdMs)].sort((a, b) => a - b)
  const pauses = times.slice(1).map((time, i) => time - times[i]!)
  const shortest = Math.min(...pauses)
  if (typeof asked !== 'number' || shortest >= asked * 1_000 - retryAfterSlackMs) return []
  return [{ code: 'too_soon', seen: `it came back after ${shortest} ms, and Retry-After was ${asked} s` }]
}

/** The order cost more than the purchase may. */
export function judgePrice ({ orders, purchase }: Evidence): readonly Finding[] {
  const max = purchase.max_total
  const dear = orders.find(({ delivered, total }) => delivered > 0 && Number(total) > Number(max.amount))
  return dear ? [{ code: 'price_unguarded', seen: `it paid ${dear.total} ${max.currency}, and max_total was ${max.amount}` }] : []
}

/** Callbacks that did not come, or were not taken. */
export function judgeCallbacks (callbacks: readonly TrueCallback[]): readonly Finding[] {
  if (callbacks.length === 0) return [{ code: 'callback_missing', seen: 'kahub sent nothing about the order to the endpoint' }]
  const refused = callbacks.find(({ state }) => state !== 'delivered')
  if (refused === undefined) return []
  const { type, attempts, last_status: status, last_error: error } = refused
  const seen = attempts === 0 ? `${type} was not sent in time` : `${type} was answered ${status ?? error ?? 'nothing'}`
  return [{ code: 'callback_refused', seen }]
}

/** Forged callbacks that were taken for genuine. */
export function judgeForged (strikes: readonly Strike[]): readonly Finding[] {
  if (strikes.length === 0) return [{ code: 'callback_missing', seen: 'no forged callback could be sent' }]
  const taken = strikes.find(({ status }) => status !== null && status >= 200 && status < 300)
  return taken ? [{ code: 'forged_accepted', seen: `an order.cancelled with a wrong signature was answered ${taken.status}` }] : []
}

function tellOrder ({ reference, state, delivered, total }: TrueOrder): string {
  return `the order ${reference} (${state}, ${delivered} codes, ${total})`
}

/** A decimal number without zeros that say nothing. */
function plain (decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}
