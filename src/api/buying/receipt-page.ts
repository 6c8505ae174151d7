// The receipt of a checkout as HTML: how it stands, how to pay, the codes.
import { create as makeQr } from 'qrcode'
import type { BuyerLanguage, CheckoutState } from '../../../schema/vocabulary.ts'
import type { OpenGateway } from '../../base/gateway.ts'
import { showId } from '../../base/ids.ts'
import type { Checkout } from '../../domain/links/checkouts/checkout.ts'
import { complaintLengthMax } from '../../domain/links/checkouts/complain.ts'
import type { ReceiptGoods, ReturnedMoney } from '../../domain/links/checkouts/read-receipt.ts'
import type { Payment } from '../../domain/payments/payment.ts'
import type { PlainCode } from '../../domain/stock/open-codes.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { priceText } from '../embedding/link-words.ts'
import type { BuyingAssets } from './assets.ts'
import { dayText, timeText } from './format.ts'
import { otherLanguage } from '../pages/language.ts'
import { printText } from './link-page.ts'
import { printFrame } from './page-frame.ts'
import { words } from './words.ts'

export interface ReceiptView {
  readonly language: BuyerLanguage
  readonly token: string
  readonly checkout: Checkout
  readonly goods: ReceiptGoods
  /** Its newest payment. */
  readonly payment: Payment | undefined
  /** Those that take the checkout's currency now. */
  readonly gateways: readonly OpenGateway[]
  /** The one of the payment, if it is still there. */
  readonly gateway: OpenGateway | undefined
  readonly mayPayAgain: boolean
  /** The buyer's own; empty when there are none yet. */
  readonly codes: readonly PlainCode[]
  readonly complained: ReadonlySet<number>
  readonly returned: readonly ReturnedMoney[]
  /** What tells this standing from another. */
  readonly mark: string
  readonly refused: { readonly message: string, readonly hint: string } | undefined
  readonly assets: BuyingAssets
  readonly testWorld: boolean
  readonly nowMs: number
}

/** States after which nothing is to be waited for. */
const final: readonly CheckoutState[] = ['completed', 'refunded']
/** How often a receipt without a script is loaded anew. */
const refreshSeconds = 6

/** A receipt. */
export function printReceipt (view: ReceiptView): string {
  const { language, checkout, goods, token, refused } = view
  const { state } = checkout
  const say = words[language]
  const { title, text } = say.receipt[state]
  const waits = !final.includes(state)
  const isBack = state === 'refunding' || state === 'refunded'
  const main = `<main id="main" class="receipt" data-state="${state}" data-checkout="${showId('checkout', checkout.id)}" data-mark="${view.mark}"${waits ? ` data-watch="/r/${token}/state"` : ''}>
${refused ? `<div class="problem" role="alert" id="problem"><strong>${escapeHtml(refused.message)}</strong>${refused.hint === '' ? '' : `<p>${escapeHtml(refused.hint)}</p>`}</div>\n` : ''}<section class="head">
<div class="mark">${marks[state]}</div>
<h1>${title}</h1>
<p>${text}</p>
${isBack ? printReturned(view) : ''}${state === 'open' ? printTimeLeft(view) : ''}</section>
${state === 'open' ? printPaying(view) : ''}${state === 'completed' ? printCodes(view) : ''}${!isBack && view.returned.length > 0 ? `<section class="card">${printReturned(view)}</section>\n` : ''}${printGoods(view)}
${state === 'completed' ? `<section class="card keep" aria-labelledby="keep-title"><h2 id="keep-title">${say.keep}</h2><p>${say.keepText}</p></section>` : ''}
</main>`
  return printFrame({
    language,
    title: `${say.receiptName} · ${goods.title}`,
    kind: 'receipt',
    otherAddress: `/r/${token}?lang=${otherLanguage(language)}`,
    head: `<meta name="robots" content="noindex, nofollow">\n${waits ? `<noscript><meta http-equiv="refresh" content="${refreshSeconds};url=/r/${token}?lang=${language}"></noscript>\n` : ''}`,
    scripts: ['receipt.js'],
    assets: view.assets,
    testWorld: view.testWorld
  }, main)
}

const tick = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>'
const clock = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/></svg>'
const cross = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17"/></svg>'
const back = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 6L4.5 10.5 9 15M5 10.5h9.5a4.5 4.5 0 010 9H11"/></svg>'
const marks: Readonly<Record<CheckoutState, string>> = { open: clock, completed: tick, expired: cross, cancelled: cross, refunding: back, refunded: back }

/** What of the buyer's money goes back, and why. */
function printReturned ({ returned, language }: ReceiptView): string {
  const say = words[language]
  return returned.map(({ reason, amount, currency, isBack }) => `<p data-reason="${reason}">${say.returnReasons[reason]}</p>
<p data-money-back>${say.moneyBack[isBack ? 'refunded' : 'refunding'](priceText(amount, currency, language))}</p>
`).join('')
}

function printTimeLeft ({ checkout: { expiresAt }, language, nowMs }: ReceiptView): string {
  const say = words[language]
  const minutes = Math.max(0, Math.floor((expiresAt.getTime() - nowMs) / 60_000))
  return `<p class="countdown" data-countdown="${expiresAt.getTime()}"><span>${say.timeLeft}</span> <strong>${say.about(minutes)}</strong> ` +
    `<time datetime="${expiresAt.toISOString()}">${say.payBefore(timeText(expiresAt, language, nowMs))}</time></p>\n`
}

function printPaying (view: ReceiptView): string {
  const { token, language, payment, gateway } = view
  const say = words[language]
  const name = gateway === undefined ? '' : language === 'en' ? gateway.name : gateway.nameZh
  const payable = payment !== undefined && (payment.state === 'pending' || payment.state === 'created') ? payment.action : null
  return `<section class="card">
${payable?.kind === 'redirect' ? `<div class="actions"><a class="button" data-pay rel="noreferrer" href="${escapeHtml(payable.url)}">${escapeHtml(say.payNow(name))}</a></div>` : ''}${payable?.kind === 'qr' ? printQr(payable.content, say.scan(name), say.scanHint) : ''}${payable === null ? `<p class="problem" data-gateway-down>${say.gatewayDown}</p>` : ''}
<div class="actions">
${payable?.kind === 'qr' ? `<a class="button quiet" href="/r/${token}?lang=${language}">${say.refresh}</a>\n` : ''}${printOthers(view, payable !== null)}<form method="post" action="/r/${token}/cancel"><input type="hidden" name="lang" value="${language}"><button class="plainly" name="cancel" value="1">${say.cancel}</button></form>
</div></section>
`
}

/** The ways to pay besides the one that is begun; all of them when that one does not answer. */
function printOthers ({ token, language, gateways, payment, mayPayAgain }: ReceiptView, payable: boolean): string {
  const others = gateways.filter(({ id }) => !payable || id !== payment?.gateway)
  if (others.length === 0 || !mayPayAgain) return ''
  const say = words[language]
  const buttons = others.map(({ id, name, nameZh }) =>
    `<button class="button${payable ? ' quiet' : ''}" name="gateway" value="${escapeHtml(id)}">${escapeHtml(say.payNow(language === 'en' ? name : nameZh))}</button>`).join('\n')
  return `<form method="post" action="/r/${token}/pay" aria-label="${say.otherGateway}" class="actions"><input type="hidden" name="lang" value="${language}">${buttons}</form>\n`
}

const quietModules = 4

/** A QR code as inline SVG: black on white in light and dark, as cameras want it. */
function printQr (content: string, label: string, hint: string): string {
  const { modules: { size, data } } = makeQr(content, { errorCorrectionLevel: 'M' })
  let path = ''
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) if (data[y * size + x]) path += `M${x + quietModules} ${y + quietModules}h1v1h-1z`
  }
  const side = size + 2 * quietModules
  return `<div class="qr" data-qr><svg viewBox="0 0 ${side} ${side}" role="img" aria-label="${escapeHtml(label)}" shape-rendering="crispEdges"><path d="${path}"/></svg><p><strong>${escapeHtml(label)}</strong></p><p class="hint">${hint}</p></div>`
}

function printCodes (view: ReceiptView): string {
  const { language, codes, goods } = view
  const say = words[language]
  const redeem = [goods.redeemNote, goods.productNote].filter(note => note.trim() !== '')
  return `<section class="card" aria-labelledby="codes-title"><h2 id="codes-title">${say.codes(codes.length)}</h2>
<ol class="codes">${codes.map((code, position) => printCode(view, code, position)).join('\n')}</ol>
${codes.length > 1 ? `<button class="copy copy-all" type="button" data-copy="[data-code]" data-done="${say.copied}" hidden>${say.copyAll}</button>` : ''}</section>
${redeem.length === 0 ? '' : `<section class="card" aria-labelledby="redeem-title"><h2 id="redeem-title">${say.redeem}</h2>${redeem.map(note => `<div class="text">${printText(note)}</div>`).join('')}</section>\n`}`
}

function printCode (view: ReceiptView, { secret, number, serial, expiresAt }: PlainCode, position: number): string {
  const { language, token, complained } = view
  const say = words[language]
  const member = (id: string, label: string, value: string, attribute: string) =>
    `<div><dt>${label}</dt><dd><code id="${id}"${attribute}>${escapeHtml(value)}</code><button class="copy" type="button" data-copy="#${id}" data-done="${say.copied}" aria-label="${say.copy} ${label} ${position + 1}" hidden>${say.copy}</button></dd></div>`
  return `<li><dl>${number === undefined ? '' : member(`number-${position}`, say.number, number, '')}${member(`code-${position}`, say.code, secret, ' data-code')}${serial === undefined ? '' : member(`serial-${position}`, say.serial, serial, '')}</dl>
${expiresAt === undefined ? '' : `<p class="small">${say.validUntil} ${dayText(new Date(expiresAt), language)}</p>`}${complained.has(position)
  ? `<p class="small" data-complained="${position}">${say.complained}</p>`
  : `<details><summary>${say.complain}</summary><form method="post" action="/r/${token}/complaints"><input type="hidden" name="lang" value="${language}"><input type="hidden" name="position" value="${position}"><p class="small">${say.complainText}</p>
<label for="complaint-${position}">${say.complainLabel(position + 1)}</label><textarea id="complaint-${position}" name="message" required maxlength="${complaintLengthMax}"></textarea><button class="button quiet" name="complain" value="1">${say.complainSend}</button></form></details>`}</li>`
}

function printGoods ({ checkout, goods, language }: ReceiptView): string {
  const say = words[language]
  const { state, total, currency, quantity, contactHint, id } = checkout
  const rows: [string, string][] = [
    [say.item, `${goods.productName} ${goods.skuName} × ${quantity}`],
    [state === 'completed' ? say.paid : say.toPay, priceText(total, currency, language)],
    [say.contactShown, contactHint]
  ]
  const address = `/l/${goods.slug}?lang=${language}`
  const again = state === 'open' || state === 'completed' ? `<p><a href="${address}">${say.again}</a></p>` : `<p class="actions"><a class="button quiet" href="${address}">${say.again}</a></p>`
  return `<section class="card" aria-labelledby="goods-title"><h2 id="goods-title">${escapeHtml(goods.title)}</h2><p class="small">${escapeHtml(say.soldBy(goods.sellerName))}</p>
<dl class="facts">${rows.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value)}</dd>`).join('')}<dt>${say.orderNumber}</dt><dd><code>${showId('checkout', id)}</code></dd></dl>
${again}</section>`
}
