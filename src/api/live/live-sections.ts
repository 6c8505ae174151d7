// The parts of the host's page, each by itself: what changed is sent again, and takes the place of what was there.
import type { BuyerLanguage, Currency } from '../../../schema/vocabulary.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import { assert } from '../../base/problem.ts'
import type { LiveLink, LiveMinute, LivePurchase, LiveSnapshot } from '../../domain/links/live/live-snapshot.ts'
import { sessionStateOf } from '../../domain/links/session.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { purchaseKey } from './purchase-key.ts'
import { drawBars, drawShare } from './draw-charts.ts'
import { liveWords, type LiveWords } from './live-words.ts'
import { topMinutes } from './report-view.ts'

export type SectionName = 'status' | 'figures' | 'charts' | 'funnel' | 'stock' | 'newest' | 'more'

export type Sections = Readonly<Record<SectionName, string>>

export type Shown = Omit<LiveSnapshot, 'number'>

/** What stands in each part; of a session that is over, the report. */
export function printSections (snapshot: Shown, language: BuyerLanguage): Sections {
  const printer = { say: liveWords[language], language, ...formatsFor(language) }
  return {
    status: printStatus(snapshot, printer),
    figures: printFigures(snapshot, printer),
    charts: printCharts(snapshot, printer),
    funnel: printFunnel(snapshot, printer),
    stock: printStock(snapshot, printer),
    newest: printNewest(snapshot, printer),
    more: snapshot.session?.endedAt ? printMore(snapshot, printer) : ''
  }
}

interface Formats {
  readonly number: (value: number) => string
  readonly percent: (value: number) => string
  readonly money: (amount: Amount, currency: Currency) => string
  readonly minute: (at: Date) => string
  readonly second: (at: Date) => string
  readonly day: (at: Date) => string
}

interface Printer extends Formats { readonly say: LiveWords, readonly language: BuyerLanguage }

const minuteMs = 60_000
/** Streams of this platform run in China, whatever the clock of who looks. */
const zone = 'Asia/Shanghai'
/** Bars of a chart at most. */
const barsMax = 60
const barsMin = 20
/** Purchases the page names, of those a snapshot has. */
const newestShown = 8

function formatsFor (language: BuyerLanguage): Formats {
  const locale = language === 'en' ? 'en-GB' : language
  const times = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: 'h23', ...options })
  const numbers = new Intl.NumberFormat(locale)
  const minutes = times({ hour: '2-digit', minute: '2-digit' })
  const seconds = times({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const days = times({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
  return {
    number: value => numbers.format(value),
    percent: value => `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value * 100)}%`,
    money: (amount, currency) => {
      const [whole = '', fraction] = formatAmount(amount, currency).split('.')
      return `${symbols[currency] ?? `${currency} `}${numbers.format(BigInt(whole))}${fraction === undefined ? '' : `.${fraction}`}`
    },
    minute: at => minutes.format(at),
    second: at => seconds.format(at),
    day: at => days.format(at)
  }
}

const symbols: Readonly<Partial<Record<Currency, string>>> = { CNY: '¥', USD: 'US$', EUR: '€', HKD: 'HK$' }

function printStatus ({ session, at }: Shown, { say, day }: Printer): string {
  assert(session, 'a session')
  const state = sessionStateOf(session, at.getTime())
  const times = [`${say.started} ${timeOf(session.startsAt, day)}`, ...session.endedAt === null ? [] : [`${say.ended} ${timeOf(session.endedAt, day)}`]]
  return `<span class="state ${state}">${say.states[state]}</span> <span class="times">${times.join(' · ')} <small>${say.zone}</small></span>`
}

function printFigures (snapshot: Shown, { say, number, percent, money }: Printer): string {
  const { viewers, visits, starts, paid, quantity, conversion, sums, refunds, session } = snapshot
  const open = starts - paid - snapshot.expired - snapshot.cancelled - snapshot.refunded
  const tile = (key: string, title: string, value: string, note: string, tone = '') =>
    `<div class="tile ${tone}"><dt>${title}</dt><dd><b data-key="${key}">${value}</b>${note === '' ? '' : `<small>${note}</small>`}</dd></div>`
  const over = session?.endedAt != null
  const tiles = [
    ...sums.flatMap(({ currency, revenue, commission }) => [
      tile(`revenue-${currency}`, say.revenue, money(revenue, currency), '', 'main'),
      tile(`commission-${currency}`, say.commission, money(commission, currency), '', 'main')
    ]),
    ...over ? [] : [tile('viewers', say.viewers, number(viewers), say.viewersNote)],
    tile('visits', say.visits, number(visits), ''),
    tile('starts', say.starts, number(starts), open > 0 ? say.startsNote(number(open)) : ''),
    tile('paid', say.paid, number(paid), say.pieces(number(quantity))),
    tile('conversion', say.conversion, conversion === null ? '–' : percent(conversion), say.conversionNote),
    ...refunds.length === 0
      ? []
      : [tile('refunds', say.refunds, number(refunds.reduce((sum, { count }) => sum + count, 0)), say.refundsNote(refundsText(refunds, money)))]
  ]
  return `<h2 class="hidden">${say.figures}</h2><dl class="tiles">${tiles.join('')}</dl>`
}

function refundsText (refunds: Shown['refunds'], money: Formats['money']): string {
  return [...Map.groupBy(refunds, ({ currency }) => currency)]
    .map(([currency, some]) => money(some.reduce((sum, { amount }) => sum + amount, 0n), currency)).join(' + ')
}

function printCharts (snapshot: Shown, printer: Printer): string {
  const { say } = printer
  const { bars, per } = barsOf(snapshot)
  const chart = (tone: 'visits' | 'sales', title: string, valueOf: (bar: Minutes) => number) => {
    const best = bars.reduce<Minutes | undefined>((best, bar) => valueOf(bar) > (best ? valueOf(best) : 0) ? bar : best, undefined)
    return drawBars({
      title,
      tone,
      note: best ? say.most(printer.number(valueOf(best)), printer.minute(best.at)) : say.nothingYet,
      bars: bars.map(bar => ({ value: valueOf(bar), says: `${printer.minute(bar.at)} · ${printer.number(valueOf(bar))}` })),
      from: printer.minute(bars[0]!.at),
      to: printer.minute(new Date(bars.at(-1)!.at.getTime() + (per - 1) * minuteMs))
    })
  }
  return `<h2>${say.minutes}</h2><div class="charts">
${chart('sales', per === 1 ? say.piecesPerMinute : say.piecesPer(per), ({ quantity }) => quantity)}
${chart('visits', per === 1 ? say.visitsPerMinute : say.visitsPer(per), ({ visits }) => visits)}</div>`
}

interface Minutes { readonly at: Date, visits: number, quantity: number }

/** The minutes of a chart without gaps: while it runs the newest, afterwards all, several in a bar where they are many. */
function barsOf ({ session, minutes, at }: Shown): { readonly bars: readonly Minutes[], readonly per: number } {
  const last = session?.endedAt ? lastMinute(minutes, session.endedAt) : minuteOf(at)
  const first = Math.min(minutes[0] ? minuteOf(minutes[0].at) : last, last)
  const count = Math.round((last - first) / minuteMs) + 1
  const per = session?.endedAt ? Math.ceil(count / barsMax) : 1
  const shown = Math.min(barsMax, Math.max(barsMin, Math.ceil(count / per)))
  const begins = session?.endedAt ? first : last - (shown - 1) * minuteMs
  const bars = Array.from({ length: shown }, (_, place): Minutes => ({ at: new Date(begins + place * per * minuteMs), visits: 0, quantity: 0 }))
  for (const { at, visits, quantity } of minutes) {
    const bar = bars[Math.floor((minuteOf(at) - begins) / minuteMs / per)]
    if (!bar) continue
    bar.visits += visits
    bar.quantity += quantity
  }
  return { bars, per }
}

function lastMinute (minutes: readonly LiveMinute[], endedAt: Date): number {
  return Math.max(minuteOf(endedAt), minutes.length > 0 ? minuteOf(minutes.at(-1)!.at) : 0)
}

function minuteOf (at: Date): number {
  return Math.floor(at.getTime() / minuteMs) * minuteMs
}

function printFunnel ({ visits, starts, paid, expired, cancelled }: Shown, { say, number, percent }: Printer): string {
  const most = Math.max(1, visits, starts)
  const step = (name: keyof LiveWords['funnelSteps'], value: number, before: number) => `<li><span class="what">${say.funnelSteps[name]}</span>
${drawShare(value / most, name)}<span class="much"><b>${number(value)}</b>${before > 0 ? ` <small>${percent(Math.min(1, value / before))}</small>` : ''}</span></li>`
  return `<h2>${say.funnel}</h2><ol class="funnel">${step('visits', visits, 0)}${step('starts', starts, visits)}${step('paid', paid, starts)}</ol>
${expired + cancelled > 0 ? `<p class="note">${say.unpaid(number(expired), number(cancelled))}</p>` : ''}`
}

function printStock ({ links }: Shown, printer: Printer): string {
  const { say } = printer
  return `<h2>${say.stock}</h2>${links.length === 0 ? `<p class="note">${say.noLinks}</p>` : links.map(link => printLink(link, printer)).join('')}`
}

function printLink (link: LiveLink, { say, number }: Printer): string {
  const rows = link.skus.map(sku => `<tr><th scope="row"><span>${escapeHtml(sku.name)}</span><small>${escapeHtml(sku.productName)}</small></th>
<td data-key="sold-${link.slug}-${sku.skuId}">${number(sku.quantity)}</td><td class="left"><b data-key="left-${link.slug}-${sku.skuId}">${number(sku.left)}</b>
${drawShare(sku.left + sku.quantity === 0 ? 0 : sku.left / (sku.left + sku.quantity), sku.left === 0 ? 'none' : 'stock')}</td></tr>`).join('')
  return `<article class="link"><h3>${escapeHtml(link.title)} <span class="mark ${link.state}">${say.linkStates[link.state]}</span></h3>
${link.quota === null ? '' : `<p class="note">${say.quota(number(link.quantity), number(link.quota))}</p>`}
<table><thead><tr><th scope="col">${say.sku}</th><th scope="col">${say.sold}</th><th scope="col">${say.left}</th></tr></thead><tbody>${rows}</tbody></table></article>`
}

function printNewest ({ newest }: Shown, printer: Printer): string {
  const { say } = printer
  if (newest.length === 0) return `<h2>${say.newest}</h2><p class="note">${say.noPurchases}</p>`
  return `<h2>${say.newest}</h2><ol class="newest">${newest.slice(0, newestShown).map(purchase => printPurchase(purchase, printer)).join('')}</ol><p class="note">${say.masked}</p>`
}

function printPurchase ({ checkoutId, at, contactHint, productName, skuName, quantity, total, currency }: LivePurchase, { money, second }: Printer): string {
  return `<li data-id="${purchaseKey(checkoutId)}"><span class="who">${escapeHtml(contactHint)}</span><span class="what">${escapeHtml(productName)} · ${escapeHtml(skuName)}` +
    `${quantity > 1 ? ` × ${quantity}` : ''}</span><span class="much">${money(total, currency)}</span>${timeOf(at, second)}</li>`
}

/** What only the report has: the best minutes, each link by itself, and money that went back. */
function printMore (snapshot: Shown, { say, number, money, minute }: Printer): string {
  const best = topMinutes(snapshot.minutes).map(({ at, visits, paid, quantity }) =>
    `<tr><th scope="row">${timeOf(at, minute)}</th><td>${number(visits)}</td><td>${number(paid)}</td><td>${number(quantity)}</td></tr>`)
  const links = snapshot.links.map(({ title, visits, starts, paid, quantity, sum }) =>
    `<tr><th scope="row">${escapeHtml(title)}</th><td>${number(visits)}</td><td>${number(starts)}</td><td>${number(paid)}</td><td>${number(quantity)}</td>` +
    `<td>${money(sum.revenue, sum.currency)}</td><td>${money(sum.commission, sum.currency)}</td></tr>`)
  const back = snapshot.refunds.map(({ reason, count, amount, currency }) =>
    `<tr><th scope="row">${say.reasons[reason]}</th><td>${number(count)}</td><td>${money(amount, currency)}</td></tr>`)
  return [
    printTable(say.byLink, [say.link, say.visits, say.starts, say.paid, say.sold, say.revenue, say.commission], links),
    printTable(say.topMinutes, [say.time, say.visits, say.paid, say.sold], best),
    printTable(say.backTitle, [say.reason, say.count, say.amount], back)
  ].join('')
}

function printTable (title: string, columns: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return ''
  return `<section class="card"><h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>` +
    `${columns.map(column => `<th scope="col">${column}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`
}

function timeOf (at: Date, format: (at: Date) => string): string {
  return `<time datetime="${at.toISOString()}">${format(at)}</time>`
}
