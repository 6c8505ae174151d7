// I1, I4, I5, I9, I11 and I12: what clients were told against what stands in the rows.
import type { World } from './journal.ts'
import { faultsToldMax, inWorld, type Reader, type Verdict } from './judgement.ts'
import { isSettled, mayBecome } from './order-path.ts'
import { amountOf, uuidOf } from './public-id.ts'
import type { HeardReference, Hearing, Journals } from './read-journals.ts'

const rowsAtOnce = 10_000

/** Holds every reference of the journals against its order. */
export async function judgeHeardOrders (read: Reader, world: World, { references }: Journals): Promise<readonly Verdict[]> {
  const found = new Findings()
  findRepeatedCodes(references, found)
  const missing = new Map(references)
  const resellers = [...new Set([...references.values()].map(({ reseller }) => reseller))]
  const rows = read.unsafe<OrderRow[]>(inWorld(world, `
    select o.reseller_id, o.reference, o.id, o.state, o.total, o.currency, o.returned, l.lines,
           coalesce(r.codes, 0)::int as revealed, coalesce(r.reveals, 0)::int as reveals
    from @orders o
    left join (select order_id, string_agg(sku_id || ':' || quantity, ',' order by line) as lines from @order_lines group by order_id) l
      on l.order_id = o.id
    left join (select order_id, sum(count) as codes, count(*) as reveals from @reveals group by order_id) r on r.order_id = o.id
    where o.reseller_id = any ($1::uuid[])`), [resellers])
  for await (const some of rows.cursor(rowsAtOnce)) {
    for (const row of some) {
      const key = `${row.reseller_id} ${row.reference}`
      const heard = references.get(key)
      if (!heard) continue
      missing.delete(key)
      compare(heard, row, found)
    }
  }
  for (const heard of missing.values()) compare(heard, undefined, found)
  return found.verdicts(references.size)
}

interface OrderRow {
  readonly reseller_id: string
  readonly reference: string
  readonly id: string
  readonly state: string
  readonly total: bigint
  readonly currency: string
  readonly returned: number
  readonly lines: string | null
  readonly revealed: number
  readonly reveals: number
}

const sentences = {
  codesOnce: ['I1', 'no code was shown for two orders, nor twice for one'],
  acknowledged: ['I4', 'every acknowledged order is there, with the id, total and currency that were heard'],
  lines: ['I4', 'an order has the lines that were sent'],
  refused: ['I4', 'what was refused each time it was sent is not there'],
  states: ['I5', 'every state that was heard leads to the one the order is in'],
  oneOrder: ['I9', 'a reference was answered with one order, one total and the same codes, and once as new'],
  differing: ['I9', 'the same reference with other fields was refused, and with its own fields was not'],
  written: ['I11', 'every showing of codes is written down, and none was written down that nobody saw'],
  apart: ['I12', 'no order and no code was shown to two resellers']
} as const
type Sentence = keyof typeof sentences

class Findings {
  readonly #faults = new Map<Sentence, string[]>()
  /** How much was looked at, where it is not references. */
  readonly looked = new Map<Sentence, number>()

  say (sentence: Sentence, fault: string): void {
    const faults = this.#faults.get(sentence) ?? []
    this.#faults.set(sentence, faults)
    if (faults.length < faultsToldMax) faults.push(fault)
  }

  verdicts (references: number): readonly Verdict[] {
    return (Object.keys(sentences) as Sentence[]).map(sentence => {
      const [invariant, says] = sentences[sentence]
      return { invariant, says, looked: this.looked.get(sentence) ?? references, faults: this.#faults.get(sentence) ?? [] }
    })
  }
}

function findRepeatedCodes (references: ReadonlyMap<string, HeardReference>, found: Findings): void {
  const shown = new Map<string, HeardReference>()
  const orders = new Map<string, HeardReference>()
  for (const heard of references.values()) {
    for (const { order, codes = [] } of heard.hearings) {
      const other = orders.get(order)
      if (other && other.reseller !== heard.reseller) found.say('apart', `${order} to ${placeOf(other)} and ${placeOf(heard)}`)
      else if (other && other !== heard) found.say('oneOrder', `${order} for ${placeOf(other)} and for ${placeOf(heard)}`)
      orders.set(order, heard)
      if (new Set(codes).size < codes.length) found.say('codesOnce', `${placeOf(heard)}: a code twice`)
      for (const code of codes) {
        const before = shown.get(code)
        if (before && before !== heard) {
          found.say(before.reseller === heard.reseller ? 'codesOnce' : 'apart', `code ${code} for ${placeOf(before)} and ${placeOf(heard)}`)
          if (before.reseller !== heard.reseller) found.say('codesOnce', `code ${code} for ${placeOf(before)} and ${placeOf(heard)}`)
        }
        shown.set(code, heard)
      }
    }
  }
  found.looked.set('codesOnce', shown.size)
}

function compare (heard: HeardReference, row: OrderRow | undefined, found: Findings): void {
  const where = placeOf(heard)
  for (const hearing of heard.hearings) {
    const fault = acknowledgedFault(hearing, row)
    if (fault) found.say('acknowledged', `${where}: ${fault}`)
    else if (hearing.state !== undefined && !mayBecome(hearing.state, row!.state)) {
      found.say('states', `${where}: was heard as ${hearing.state} and is ${row!.state}`)
    }
  }
  judgeRepeats(heard, row, found)
  if (row && row.state !== 'void' && heard.sendings > 0 && heard.refused === heard.sendings) {
    found.say('refused', `${where}: is ${row.state}, and was refused ${heard.refused} times`)
  }
  if (!row) return
  const ownSendings = [...heard.sent].filter(([key]) => key.replace('differs ', '') === row.lines)
  if (heard.accepted > 0 && heard.sent.size > 0 && ownSendings.length === 0) found.say('lines', `${where}: ${row.lines}`)
  if (heard.differs) judgeDiffering(heard, ownSendings.map(([, times]) => times), found)
  judgeReveals(heard, row, found)
}

function acknowledgedFault (hearing: Hearing, row: OrderRow | undefined): string | undefined {
  if (!row) return `${hearing.order} is not there`
  if (uuidOf(hearing.order) !== row.id) return `${hearing.order} was heard, there is ${row.id}`
  if (hearing.currency !== undefined && hearing.currency !== row.currency) return `was heard in ${hearing.currency}, is in ${row.currency}`
  const comparable = hearing.total !== undefined && (hearing.state === row.state || isSettled(hearing.state ?? row.state))
  if (comparable && amountOf(hearing.total!) !== row.total) return `was heard to cost ${hearing.total}, costs ${row.total} ten-thousandths`
  return undefined
}

/** Codes may be fewer than before when some were given back in between, never others. */
function judgeRepeats (heard: HeardReference, row: OrderRow | undefined, found: Findings): void {
  const where = placeOf(heard)
  const { hearings } = heard
  if (heard.first > 1) found.say('oneOrder', `${where}: was answered as new ${heard.first} times`)
  const ids = new Set(hearings.map(({ order }) => order))
  if (ids.size > 1) found.say('oneOrder', `${where}: ${[...ids].join(', ')}`)
  const settled = hearings.filter(({ state, total }) => total !== undefined && isSettled(state ?? 'completed'))
  const totals = new Set(settled.map(({ total }) => amountOf(total!)))
  if (totals.size > 1) found.say('oneOrder', `${where}: costs ${[...totals].join(', ')} ten-thousandths`)
  const showings = hearings.flatMap(({ codes }) => codes && codes.length > 0 ? [codes] : []).sort((a, b) => b.length - a.length)
  for (const codes of showings.slice(1)) {
    const whole = codes.length === showings[0]!.length || (row?.returned ?? 0) > 0
    if (!whole || !isPartOf(codes, showings[0]!)) found.say('oneOrder', `${where}: other codes when it was sent again`)
  }
  const states = [...new Set(hearings.flatMap(({ state }) => state ?? []))]
  for (const [i, one] of states.entries()) {
    for (const other of states.slice(i + 1)) {
      if (!mayBecome(one, other) && !mayBecome(other, one)) found.say('states', `${where}: was heard as ${one} and as ${other}`)
    }
  }
}

/** Whether codes are some of others, in the same sequence. */
function isPartOf (codes: readonly string[], others: readonly string[]): boolean {
  let next = 0
  for (const other of others) if (other === codes[next]) next++
  return next === codes.length
}

/** Whoever was answered is not known by its fields, so it is counted: no more acceptances, and no more refusals, than sendings for them. */
function judgeDiffering (heard: HeardReference, ownTimes: readonly number[], found: Findings): void {
  const { accepted, reused, sendings } = heard
  const acceptedMax = Math.max(0, ...ownTimes)
  const reusedMax = sendings - (ownTimes.length > 0 ? Math.min(...ownTimes) : 0)
  const where = placeOf(heard)
  if (accepted > acceptedMax) found.say('differing', `${where}: sent ${acceptedMax} times as it is, accepted ${accepted} times`)
  if (reused > reusedMax) found.say('differing', `${where}: sent ${reusedMax} times with other fields, refused ${reused} times`)
}

function judgeReveals (heard: HeardReference, row: OrderRow, found: Findings): void {
  let [codes, showings, silent] = [0, 0, 0]
  for (const hearing of heard.hearings) {
    if (hearing.codes === undefined) silent += hearing.times
    else if (hearing.codes.length > 0) {
      codes += hearing.codes.length * hearing.times
      showings += hearing.times
    }
  }
  if (codes > row.revealed || showings > row.reveals) {
    const written = `${row.revealed} in ${row.reveals} are written down`
    found.say('written', `${placeOf(heard)}: ${codes} codes were shown in ${showings} answers, ${written}`)
  }
  const answeredWhole = heard.sendings > 0 && heard.unheard === 0 && heard.open === 0 && silent === 0
  if (answeredWhole && codes === 0 && row.revealed > 0) {
    found.say('written', `${placeOf(heard)}: ${row.revealed} codes are written down as shown, nobody saw one`)
  }
}

function placeOf ({ reseller, reference }: HeardReference): string {
  return `${reference} of ${reseller}`
}
