// Puts together what a live view shows, from what was read: pure, so that a report and a live view cannot disagree.
import type { Currency } from '../../../../schema/vocabulary.ts'
import type { Uuid } from '../../../base/ids.ts'
import type { Amount } from '../../../base/money.ts'
import type { LinkMark } from './live-marks.ts'
import type { LiveLink, LiveMinute, LiveSession, LiveSnapshot, LiveSum } from './live-snapshot.ts'
import type { SkuTotal, Totals } from './live-totals.ts'

/** Views of a subject: by link, then by minute in milliseconds since 1970. */
export type VisitCounts = ReadonlyMap<Uuid, ReadonlyMap<number, number>>

/** What was read of a session, or of a link, to show it. */
export interface LiveFacts {
  readonly at: Date
  readonly session: LiveSession | null
  readonly links: readonly LinkMark[]
  readonly totals: Totals
  readonly visits: VisitCounts
  readonly viewers: ReadonlyMap<Uuid, number>
}

/** What is shown of these facts, with the newest so many minutes in which something happened. */
export function foldLive (
  { at, session, links: marks, totals, visits, viewers }: LiveFacts, minutesMax: number
): Omit<LiveSnapshot, 'number'> {
  const ofLink = Map.groupBy(totals.skus, ({ linkId }) => linkId)
  const links = marks.map(mark => foldLink(mark, ofLink.get(mark.id) ?? [], visits.get(mark.id), viewers.get(mark.id) ?? 0))
  const counts = countsOf(totals.skus)
  // Views and sales of a link count for the session it was in: a link that went elsewhere leaves here what it did here.
  const seen = [...visits.values()].reduce((sum, minutes) => sum + sumOf(minutes.values()), 0)
  const currencies = [...new Set([...marks.map(({ currency }) => currency), ...totals.skus.map(({ currency }) => currency)])].sort()
  return {
    at,
    session,
    viewers: sumOf(links.map(link => link.viewers)),
    visits: seen,
    ...counts,
    conversion: seen === 0 ? null : Math.min(1, counts.paid / seen),
    expired: sumOf(totals.skus.map(({ expired }) => expired)),
    cancelled: sumOf(totals.skus.map(({ cancelled }) => cancelled)),
    sums: currencies.map(currency => sumIn(currency, totals.skus)),
    left: sumOf(links.map(({ left }) => left)),
    links,
    minutes: minutesOf(totals, visits).slice(-minutesMax),
    newest: totals.newest,
    refunds: totals.refunds
  }
}

function foldLink (
  mark: LinkMark, totals: readonly SkuTotal[], visits: ReadonlyMap<number, number> | undefined, viewers: number
): LiveLink {
  const { sales, sessionId, ...link } = mark
  const bySku = Map.groupBy(totals, ({ skuId }) => skuId)
  return {
    ...link,
    viewers,
    visits: sumOf(visits?.values() ?? []),
    ...countsOf(totals),
    sum: sumIn(mark.currency, totals),
    skus: mark.skus.map(sku => {
      const sold = bySku.get(sku.skuId) ?? []
      return { ...sku, ...countsOf(sold), revenue: amountOf(sold.map(({ revenue }) => revenue)) }
    })
  }
}

function countsOf (totals: readonly SkuTotal[]): Pick<LiveSnapshot, 'starts' | 'paid' | 'quantity' | 'refunded'> {
  return {
    starts: sumOf(totals.map(({ starts }) => starts)),
    paid: sumOf(totals.map(({ paid }) => paid)),
    quantity: sumOf(totals.map(({ quantity }) => quantity)),
    refunded: sumOf(totals.map(({ refunded }) => refunded))
  }
}

function sumIn (currency: Currency, totals: readonly SkuTotal[]): LiveSum {
  const among = totals.filter(total => total.currency === currency)
  const revenue = amountOf(among.map(total => total.revenue))
  const wholesale = amountOf(among.map(total => total.wholesale))
  const commission = amountOf(among.map(total => total.commission))
  const refunded = amountOf(among.map(total => total.refundedAmount))
  return { currency, revenue, wholesale, commission, margin: revenue - wholesale - commission, refunded }
}

function minutesOf ({ minutes }: Totals, visits: VisitCounts): readonly LiveMinute[] {
  const seen = new Map<number, number>()
  for (const ofLink of visits.values()) for (const [at, count] of ofLink) seen.set(at, (seen.get(at) ?? 0) + count)
  return [...new Set([...minutes.keys(), ...seen.keys()])].sort((a, b) => a - b).map(at => {
    const { starts = 0, paid = 0, quantity = 0, revenue } = minutes.get(at) ?? {}
    return {
      at: new Date(at),
      visits: seen.get(at) ?? 0,
      starts,
      paid,
      quantity,
      revenue: [...revenue ?? []].map(([currency, amount]) => ({ currency, amount }))
    }
  })
}

function sumOf (counts: Iterable<number>): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

function amountOf (amounts: readonly Amount[]): Amount {
  return amounts.reduce((sum, amount) => sum + amount, 0n)
}
