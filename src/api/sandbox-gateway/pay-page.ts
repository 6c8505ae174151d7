// The page on which a payment of the sandbox gateway is paid, or made to go wrong. No script, nothing loaded, all of it in one answer.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { formatAmount } from '../../base/money.ts'
import { lateSecondsDefault, lateSecondsMax, sandboxActions } from '../../domain/sandbox-gateway/act-on-payment.ts'
import type { SandboxPayment } from '../../domain/sandbox-gateway/payment.ts'
import { otherLanguage } from '../pages/language.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { pagePolicy } from '../pages/page-headers.ts'
import { bothSchemes, printDocument } from '../pages/print-document.ts'
import { payWords, type PayWords } from './pay-words.ts'

export interface PayPages {
  /** The page of a payment as it stands. */
  print (payment: SandboxPayment, language: BuyerLanguage): string
  /** Its content security policy: the one style, and forms that lead back to the merchant, wherever it is. */
  readonly policy: string
}

/** Reads the style of the pages. */
export function openPayPages (): PayPages {
  const style = readFileSync(new URL('pay-page.css', import.meta.url), 'utf8')
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    print: (payment, language) => printPayPage(payment, language, style),
    policy: pagePolicy({ styles: `'sha256-${hash}'`, formsTo: 'http: https:' })
  }
}

function printPayPage (payment: SandboxPayment, language: BuyerLanguage, style: string): string {
  const say = payWords[language]
  const other = otherLanguage(language)
  const { subject, currency, amount } = payment
  const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  const money = format.format(formatAmount(amount, currency) as `${number}`)
  return printDocument({
    language,
    title: `${say.title} · ${money}`,
    viewport: ', viewport-fit=cover',
    head: `${bothSchemes}\n<style>${style}</style>`,
    body: `<main>
<header><h1>${say.title}</h1><a href="?lang=${other}" lang="${other}" hreflang="${other}">${payWords[other].languageName}</a></header>
<p class="sandbox" role="note">${say.noMoney}</p>
<section class="bill" aria-label="${say.amount}">
<p class="subject"><span class="label">${say.subject}</span> ${escapeHtml(subject)}</p>
<p class="amount"><span class="label">${say.amount} (${currency})</span> <strong>${escapeHtml(money)}</strong></p>
${printStanding(payment, say)}
</section>
</main>
<footer>${say.footer}</footer>`
  })
}

function printStanding (payment: SandboxPayment, say: PayWords): string {
  const cancel = `<form method="post"><button class="plain" name="action" value="cancel">${say.back}</button></form>`
  if (payment.state === 'paid') return `<p class="done" role="status">${say.paid}</p>\n${cancel}`
  if (payment.receipts.length > 0) return `<p class="done" role="status">${say.coming}</p>\n${cancel}`
  if (payment.state === 'closed') return `<p class="told" role="status">${say.ended}</p>\n${printLate(payment, say)}\n${cancel}`
  const minutes = Math.floor(payment.secondsLeft / 60)
  return `<p class="time">${minutes > 0 ? say.endsIn(minutes) : say.endsNow}</p>
${payment.failedAt === null ? '' : `<p class="told" role="status">${say.failed}</p>`}
<form method="post"><button class="pay" name="action" value="pay">${say.pay}</button></form>
${cancel}
</section>
<section aria-labelledby="wrong">
<h2 id="wrong">${say.wrong}</h2>
<p>${say.wrongLead}</p>
<form method="post" class="list">
${wrongActions.map(action => printButton(action, say)).join('\n')}
</form>
${printLate(payment, say)}`
}

/** What one form has; paying late has its own, with its seconds. */
const wrongActions = sandboxActions.filter(action => action !== 'pay' && action !== 'cancel' && action !== 'late')

function printLate ({ secondsLeft }: SandboxPayment, say: PayWords): string {
  const seconds = Math.max(0, Math.ceil(secondsLeft)) + lateSecondsDefault
  return `<form method="post" class="late">
<label>${say.lateSeconds}
<input type="number" inputmode="numeric" name="seconds" value="${seconds}" min="0" max="${lateSecondsMax}" required></label>
${printButton('late', say)}
</form>`
}

function printButton (action: keyof PayWords['actions'], say: PayWords): string {
  const { says, means } = say.actions[action]
  return `<button name="action" value="${action}"><b>${says}</b> <span>${means}</span></button>`
}
