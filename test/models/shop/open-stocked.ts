import type { House } from '../../support/house.ts'
import { perform, type Act } from './act.ts'
import { sameLines } from './draw-acts.ts'
import { openShop } from './real-shop.ts'
import type { Shop } from './shop.ts'

const opening = [[0, 12, 9], [1, 8, 2], [2, 6, 1], [0, 5, 1]] as const

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

/** What names nothing that there is says nothing and is left out, but for an order, which says so. */
export function isAboutSomething (shop: Readonly<Shop>, act: Act): boolean {
  if (act.do === 'recall') return act.lot < shop.lots.length
  if (act.do === 'order' && act.lines === sameLines) {
    const { quotes, orders } = shop.resellers[act.who]!
    return act.quote === null ? (orders.get(act.reference)?.lines.length ?? 0) > 0 : quotes.has(act.quote)
  }
  if (act.do === 'cancel hold') return shop.resellers[act.who]!.holds.has(act.name)
  if (act.do === 'cancel' || act.do === 'reveal' || act.do === 'decide') return shop.resellers[act.who]!.orders.has(act.reference)
  return true
}

/** The act with what it takes over from the quote that it names, or from the earlier order of its reference. */
export function withLines (shop: Readonly<Shop>, act: Act): Act {
  if (act.do !== 'order' || act.lines !== sameLines) return act
  const { quotes, orders } = shop.resellers[act.who]!
  if (act.quote !== null) return { ...act, lines: quotes.get(act.quote)!.lines.map(({ sku, quantity }) => ({ sku, quantity })) }
  const [lines, partial, max, quote, hold] = JSON.parse(orders.get(act.reference)!.asked)
  return { ...act, lines, partial, max: max === 'null' ? null : BigInt(max), quote, hold }
}

/** An act in words. */
export function wordsOf (act: Act): string {
  return JSON.stringify(act, (_, value) => typeof value === 'bigint' ? `${value}n` : value)
}
