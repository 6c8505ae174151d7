// The page of a link as HTML: the offer, the form, and what is said when nothing can be bought now. Needs no script.
import type { ProblemCode } from '../../../schema/problems.ts'
import type { BuyerLanguage, Currency } from '../../../schema/vocabulary.ts'
import { parseAmount } from '../../base/money.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { priceText } from '../embedding/link-words.ts'
import type { BuyingAssets } from './assets.ts'
import { timeText } from './format.ts'
import { otherLanguage } from '../pages/language.ts'
import { printFrame } from './page-frame.ts'
import type { GatewayFacts, PageFacts, SkuFacts } from './page-facts.ts'
import { contactLengthMax } from './read-contact.ts'
import { words } from './words.ts'

export interface LinkVariant {
  readonly language: BuyerLanguage
  /** Inside another page. */
  readonly embedded: boolean
  /** Starting needs a proof of work. */
  readonly challenged: boolean
}

/** What is around the facts. */
export interface LinkSetting {
  readonly assets: BuyingAssets
  readonly testWorld: boolean
  /** Tags for those who share the address, as HTML. */
  readonly tags: string
  readonly nowMs: number
}

/** A form that was refused: what was in it, and why. */
export interface RefusedForm {
  readonly values: Readonly<Record<string, string>>
  readonly code: ProblemCode
  readonly message: string
  readonly hint: string
}

/** The page of a link; of a refused form with its values in place and the field marked. */
export function printLinkPage (facts: PageFacts, variant: LinkVariant, setting: LinkSetting, refused?: RefusedForm): string {
  const { language, embedded } = variant
  const say = words[language]
  const main = `<main id="main" class="offer" data-state="${facts.state}" data-slug="${facts.slug}" data-left="/l/${facts.slug}/left"${refused ? ` data-problem="${refused.code}"` : ''}>
${refused ? printRefusal(refused, say.refusedTitle) : ''}${printPicture(facts)}
<section class="about">
<p class="badge" data-badge="${facts.state}">${say.states[facts.state]}</p>
<h1>${escapeHtml(facts.title)}</h1>
<p class="seller">${escapeHtml(say.soldBy(facts.seller))}</p>
${printCountdown(facts, language, setting.nowMs)}</section>
${facts.state === 'active' ? printForm(facts, variant, refused) : printNotice(facts, language)}
${facts.description === '' ? '' : `<div class="text">${printText(facts.description)}</div>\n`}<section class="steps" aria-labelledby="steps-title"><h2 id="steps-title">${say.afterwardsTitle}</h2>
<ol>${say.afterwards.map(step => `<li>${step}</li>`).join('')}</ol></section>
</main>`
  return printFrame({
    language,
    embedded,
    kind: 'link',
    title: `${facts.title} · ${facts.seller}`,
    otherAddress: `/l/${facts.slug}?lang=${otherLanguage(language)}${embedded ? '&embed=1' : ''}`,
    head: `${setting.tags}\n`,
    scripts: ['link.js'],
    assets: setting.assets,
    testWorld: setting.testWorld
  }, main)
}

/** Text of a seller: paragraphs where it has empty lines, breaks where it has ends of lines. */
export function printText (text: string): string {
  return text.trim().split(/\n\s*\n/).map(paragraph => `<p>${escapeHtml(paragraph.trim()).replaceAll('\n', '<br>')}</p>`).join('')
}

function printRefusal ({ message, hint }: RefusedForm, title: string): string {
  return `<div class="problem" role="alert" id="problem"><strong>${escapeHtml(message)}</strong>${hint === '' ? '' : `<p>${escapeHtml(hint)}</p>`}<p class="small">${title}</p></div>\n`
}

const tones = 6

function printPicture ({ pictureUrl, title, link }: PageFacts): string {
  if (pictureUrl !== null) return `<div class="picture"><img src="${escapeHtml(pictureUrl)}" alt="" decoding="async" referrerpolicy="no-referrer"></div>`
  const [initial = ''] = [...title.trim()]
  // Ids are random at their end: the same link has the same colour.
  return `<div class="picture plain tone-${Number.parseInt(link.slice(-2), 16) % tones}" aria-hidden="true"><span>${escapeHtml(initial)}</span></div>`
}

function printCountdown ({ countdown }: PageFacts, language: BuyerLanguage, nowMs: number): string {
  if (countdown === null) return ''
  const say = words[language]
  const at = new Date(countdown.atMs)
  const [label, text] = countdown.to === 'start' ? [say.startsIn, say.startsAt] : [say.endsIn, say.endsAt]
  return `<p class="countdown ${countdown.to}" data-countdown="${countdown.atMs}"><span>${label}</span> <strong>${say.about(countdown.minutes)}</strong> ` +
    `<time datetime="${at.toISOString()}">${text(timeText(at, language, nowMs))}</time></p>\n`
}

function printNotice (facts: PageFacts, language: BuyerLanguage): string {
  const say = words[language]
  const { title, text } = say.notNow[facts.state as Exclude<PageFacts['state'], 'active'>]
  const others = facts.othersPaying ? `<p data-others-paying>${say.othersPaying}</p>` : ''
  const again = facts.state === 'ended' ? '' : `<p><a class="button quiet" href="/l/${facts.slug}?lang=${language}">${say.reload}</a></p>`
  return `<section class="card notice" aria-labelledby="notice-title"><h2 id="notice-title">${title}</h2><p>${text}</p>${others}${again}
<ul class="goods">${facts.skus.map(sku => `<li>${printName(facts, sku)}<span class="price">${priceOf(sku, facts.currency, language)}</span></li>`).join('')}</ul></section>`
}

function printForm (facts: PageFacts, { language, embedded, challenged }: LinkVariant, refused: RefusedForm | undefined): string {
  const say = words[language]
  const values = refused?.values ?? {}
  const buyable = facts.skus.filter(({ left }) => left !== 'none')
  const chosen = buyable.find(({ id }) => id === values.sku) ?? buyable[0] ?? facts.skus[0]!
  const marked = (codes: readonly ProblemCode[]) => refused !== undefined && codes.includes(refused.code)
  const badContact = marked(['contact_invalid', 'buyer_limit_reached'])
  const contactNote = badContact ? 'contact-problem contact-hint' : 'contact-hint'
  return `<form id="buy" class="card" method="post" action="/l/${facts.slug}/checkouts"${embedded ? ' target="_blank"' : ''} data-currency="${facts.currency}"
 data-words="${escapeHtml(JSON.stringify({ left: say.left, states: say.states }))}" data-busy="${say.buying}" data-checking="${say.checking}" data-failed="${escapeHtml(say.challengeFailed)}"${challenged ? ` data-challenge="/l/${facts.slug}/challenge"` : ''}${challenged && refused?.code === 'challenge_needed' ? ' data-resume' : ''}>
<input type="hidden" name="lang" value="${language}"><input type="hidden" name="attempt"><input type="hidden" name="challenge">
<input type="hidden" name="seen_price" value="${facts.skus.length === 1 ? chosen.price : facts.skus.map(({ id, price }) => `${id}=${price}`).join(' ')}">
<div class="trap" aria-hidden="true"><label>${say.honeypot} <input name="website" tabindex="-1" autocomplete="off"></label></div>
<fieldset class="skus"><legend>${facts.skus.length === 1 ? say.only : say.choose}</legend>
${facts.skus.map(sku => printSku(facts, sku, sku === chosen, language)).join('\n')}
</fieldset>
<div class="row"><label for="quantity">${say.quantity}${printBounds(facts, chosen, language)}</label>
<div class="stepper"><button type="button" data-step="-1" aria-label="${say.fewer}" hidden>−</button>
<input id="quantity" name="quantity" type="number" inputmode="numeric" required ${boundsOf(facts)} value="${escapeHtml(values.quantity ?? String(chosen.min))}"${marked(['quantity_out_of_bounds', 'quantity_off_step', 'out_of_stock']) ? ' aria-invalid="true" aria-describedby="problem"' : ''}>
<button type="button" data-step="1" aria-label="${say.more}" hidden>+</button></div></div>
<div class="field"><label for="contact">${say.contact}</label>
<input id="contact" name="contact" type="text" inputmode="email" autocomplete="${language === 'en' ? 'email' : 'tel'}" required maxlength="${contactLengthMax}" placeholder="${say.contactExample}" value="${escapeHtml(values.contact ?? '')}" aria-describedby="${contactNote}"${badContact ? ' aria-invalid="true" autofocus' : ''} spellcheck="false" autocapitalize="off">
${badContact ? `<p class="field-problem" id="contact-problem">${escapeHtml(refused!.message)}</p>` : ''}<p class="hint" id="contact-hint">${say.contactHint}</p></div>
${printGateways(facts.gateways, language, values.gateway)}
${challenged ? `<noscript><p class="problem">${say.challengeNoScript}</p></noscript>` : ''}<p class="progress" role="status" data-progress></p>
<div class="bar"><output class="total" hidden><span>${say.total}</span> <strong data-total></strong></output>
<button class="button" name="buy" value="1"${facts.gateways.length === 0 ? ' disabled' : ''}>${say.buy}</button></div>
</form>`
}

function printSku (facts: PageFacts, sku: SkuFacts, isChosen: boolean, language: BuyerLanguage): string {
  const { id, price, left, min, max, step } = sku
  return `<label class="sku"><input type="radio" name="sku" value="${id}" required data-price="${price}" data-min="${min}" data-max="${max}" data-quantity-step="${step}"` +
    `${isChosen ? ' checked' : ''}${left === 'none' ? ' disabled' : ''}>${printName(facts, sku)}` +
    `<span class="price">${priceOf(sku, facts.currency, language)}</span><span class="left" data-left-of="${id}" data-step-is="${left}">${words[language].left[left]}</span></label>`
}

function printName ({ title }: PageFacts, { name, productName }: SkuFacts): string {
  return `<span class="name">${escapeHtml(name)}${productName === title ? '' : `<small>${escapeHtml(productName)}</small>`}</span>`
}

function printBounds ({ limit }: PageFacts, { min, step }: SkuFacts, language: BuyerLanguage): string {
  const say = words[language]
  const texts = [limit === null ? '' : say.limit(limit), say.bounds(min, step)].filter(text => text !== '')
  return texts.length === 0 ? '' : ` <small>${texts.join(' · ')}</small>`
}

/** What fits any of the SKUs: which of them it is for, the server sees, and the script sooner. */
function boundsOf ({ skus }: PageFacts): string {
  const same = skus.every(({ step, min }) => step === skus[0]!.step && min === skus[0]!.min)
  return `min="${Math.min(...skus.map(({ min }) => min))}" max="${Math.max(...skus.map(({ max }) => max))}" step="${same ? skus[0]!.step : 1}"`
}

function printGateways (gateways: readonly GatewayFacts[], language: BuyerLanguage, wanted: string | undefined): string {
  const say = words[language]
  if (gateways.length === 0) return `<p class="problem" data-no-gateway>${say.noGateway}</p>`
  const chosen = gateways.find(({ id }) => id === wanted) ?? gateways[0]!
  return `<fieldset class="gateways"><legend>${say.pay}</legend>${gateways.map(gateway =>
    `<label><input type="radio" name="gateway" value="${escapeHtml(gateway.id)}" required${gateway === chosen ? ' checked' : ''}><span>${escapeHtml(language === 'en' ? gateway.name : gateway.nameZh)}</span></label>`).join('')}</fieldset>`
}

function priceOf ({ price }: SkuFacts, currency: Currency, language: BuyerLanguage): string {
  return priceText(parseAmount(price)!, currency, language)
}
