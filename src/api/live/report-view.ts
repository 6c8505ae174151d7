// A live snapshot, or a report, as REST, its stream and the graph show it.
import { topMinutesMax, type SessionReport } from '../../../schema/rest/session-report.ts'
import type { Currency } from '../../../schema/vocabulary.ts'
import { showId } from '../../base/ids.ts'
import { moneyView } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'
import type { Counts, LiveMinute, LiveSnapshot, LiveSum } from '../../domain/links/live/live-snapshot.ts'
import { sessionStateOf } from '../../domain/links/session.ts'

/** What the seller sees of a session. */
export function sessionReportView (snapshot: Omit<LiveSnapshot, 'number'>): SessionReport {
  const { session, at, viewers, visits, starts, paid, expired, cancelled, refunded, conversion, left, sums, links, minutes, newest, refunds } = snapshot
  assert(session, 'the snapshot of a session')
  return {
    session: showId('session', session.id),
    title: session.title,
    host_name: session.hostName,
    state: sessionStateOf(session, at.getTime()),
    starts_at: session.startsAt.toISOString(),
    ended_at: session.endedAt?.toISOString() ?? null,
    at: at.toISOString(),
    viewers,
    visits,
    ...countsView(snapshot),
    conversion: conversion === null ? null : Math.round(conversion * 10_000) / 10_000,
    funnel: { visits, starts, open: starts - paid - expired - cancelled - refunded, paid, expired, cancelled, refunded },
    left,
    sums: sums.map(sumView),
    links: links.map(link => ({
      link: showId('link', link.id),
      slug: link.slug,
      title: link.title,
      state: link.state,
      quota: link.quota,
      left: link.left,
      viewers: link.viewers,
      visits: link.visits,
      ...countsView(link),
      sum: sumView(link.sum),
      skus: link.skus.map(sku => ({
        sku: showId('sku', sku.skuId),
        name: sku.name,
        product_name: sku.productName,
        left: sku.left,
        ...countsView(sku),
        revenue: moneyView(sku.revenue, link.currency)
      }))
    })),
    minutes: minutes.map(minuteView),
    top_minutes: topMinutes(minutes).map(minuteView),
    newest: newest.map(({ at, contactHint, productName, skuName, quantity, total, currency }) => ({
      at: at.toISOString(), contact_hint: contactHint, product_name: productName, sku_name: skuName, quantity, total: moneyView(total, currency)
    })),
    refunds: refunds.map(({ reason, count, amount, currency }) => ({ reason, count, amount: moneyView(amount, currency) }))
  }
}

/** The minutes in which most was bought, the best first. */
export function topMinutes (minutes: readonly LiveMinute[]): readonly LiveMinute[] {
  return minutes.filter(({ quantity }) => quantity > 0)
    .toSorted((a, b) => b.quantity - a.quantity || a.at.getTime() - b.at.getTime()).slice(0, topMinutesMax)
}

function countsView ({ starts, paid, quantity, refunded }: Counts) {
  return { starts, paid, quantity, refunded }
}

function sumView ({ currency, revenue, wholesale, commission, margin, refunded }: LiveSum) {
  const money = (amount: bigint) => moneyView(amount, currency)
  return { currency, revenue: money(revenue), wholesale: money(wholesale), commission: money(commission), margin: money(margin), refunded: money(refunded) }
}

function minuteView ({ at, visits, starts, paid, quantity, revenue }: LiveMinute) {
  const money = ({ currency, amount }: { readonly currency: Currency, readonly amount: bigint }) => moneyView(amount, currency)
  return { at: at.toISOString(), visits, starts, paid, quantity, revenue: revenue.map(money) }
}
