import type { House } from '../../support/house.ts'
import { perform, type Act } from './act.ts'
import { sameLines } from './draw-acts.ts'
import { openShop } from './real-shop.ts'
import { isHeld, stateOfHold, type Hold, type Order, type Shop } from './shop.ts'

const opening = [[0, 22, 9], [1, 16, 2], [2, 14, 1], [0, 9, 1], [2, 12, 9]] as const

/** A shop with something on its shelves: without expiry, and with the two that there are. */
export async function openStocked (house: House) {
  const shop = await openShop(house)
  for (const [sku, count, expiry] of opening) {
    const act: Act = { do: 'stock', sku, count, expiry }
    perform(shop.model, act)
    await shop.real.perform(act)
  }
  return shop
}

/**
 * The act aimed at what there is: numbers that were drawn become the names of orders, holds, quotes and lots. Undefined when there is
 * nothing of the kind; then nothing can be said.
 */
export function aim (shop: Readonly<Shop>, act: Act): Act | undefined {
  if (act.do === 'recall') return shop.lots.length === 0 ? undefined : { ...act, lot: act.lot % shop.lots.length }
  if (!('who' in act)) return act
  const { orders, holds, quotes } = shop.resellers[act.who]!
  const named = (wanted: (order: Order) => boolean) => [...orders].filter(([, order]) => wanted(order)).map(([reference]) => reference)
  switch (act.do) {
    case 'order': return aimOrder(shop, act)
    case 'cancel':
    case 'reveal': return at(act, 'reference', choose(named(hasCodes), named(() => true), act.reference))
    case 'decide': return at(act, 'reference', choose(named(isHeld), named(order => order.approval !== null), act.reference))
    case 'reverse': return at(act, 'reference',
      numberIn(act.reference) % 6 === 0 ? act.reference : choose(named(hasCodes), named(() => true), act.reference))
    case 'cancel hold': return at(act, 'name', choose(activeOf(holds), [...holds.keys()], act.name))
    case 'time': switch (act.of) {
      case 'hold': return at(act, 'which', choose(activeOf(holds), [], act.which))
      case 'quote': return at(act, 'which', choose([...quotes.keys()], [], act.which))
      case 'approval': return at(act, 'which', choose(named(isHeld), named(order => order.approval !== null), act.which))
      case 'order': return at(act, 'which', choose(named(hasCodes), [], act.which))
      case 'lot': return at(act, 'which', String(numberIn(act.which) % shop.lots.length))
    }
      // eslint-disable-next-line no-fallthrough
    default: return act
  }
}

/** An order, of a hold or a quote that there is; or one that was sent before, as it was. */
function aimOrder (shop: Readonly<Shop>, act: Extract<Act, { do: 'order' }>): Act | undefined {
  const { orders, holds, quotes } = shop.resellers[act.who]!
  if (act.lines !== sameLines) {
    const hold = act.hold === null ? null : choose(activeOf(holds), [...holds.keys()], act.hold) ?? act.hold
    const quote = act.quote === null ? null : choose([...quotes.keys()], [], act.quote) ?? act.quote
    return { ...act, hold, quote }
  }
  if (act.quote !== null) {
    const quote = choose([...quotes.keys()], [], act.quote)
    return quote === undefined
      ? undefined
      : { ...act, quote, lines: quotes.get(quote)!.lines.map(({ sku, quantity }) => ({ sku, quantity })) }
  }
  const reference = choose([...orders.keys()].filter(name => orders.get(name)!.lines.length > 0), [], act.reference)
  if (reference === undefined) return undefined
  const [lines, partial, max, quote, hold] = JSON.parse(orders.get(reference)!.asked)
  return { ...act, reference, lines, partial, max: max === 'null' ? null : BigInt(max), quote, hold }
}

const numberIn = (text: string): number => Number(text.replace(/\D/g, ''))
const hasCodes = ({ state }: Order): boolean => state === 'completed' || state === 'partial'
const activeOf = (holds: ReadonlyMap<string, Hold>): string[] =>
  [...holds].filter(([, hold]) => stateOfHold(hold) === 'active').map(([name]) => name)

/** One of those that fit best, three times of four; else one of all. */
function choose (best: readonly string[], all: readonly string[], drawn: string): string | undefined {
  const number = numberIn(drawn)
  const from = best.length > 0 && (number % 4 > 0 || all.length === 0) ? best : all
  return from[number % from.length]
}

function at<Aimed extends Act> (act: Aimed, member: keyof Aimed, name: string | undefined): Aimed | undefined {
  return name === undefined ? undefined : { ...act, [member]: name }
}

/** An act in words. */
export function wordsOf (act: Act): string {
  return JSON.stringify(act, (_, value) => typeof value === 'bigint' ? `${value}n` : value)
}
