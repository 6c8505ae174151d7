import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { words as buyingWords } from '../buying/words.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import type { EmbeddingAssets } from './assets.ts'
import { printPage } from './page.ts'
import { purchasesDefault, purchasesMax } from './overlay.ts'

/** How the overlay looks: dark glass, light glass, or bare letters with a shadow. */
export const overlayThemes = ['dark', 'light', 'bare'] as const
export type OverlayTheme = typeof overlayThemes[number]

export interface OverlayLook { readonly language: BuyerLanguage, readonly theme: OverlayTheme, readonly purchases: number }

/** The look an address asks for; what it says wrongly is as if it said nothing. */
export function overlayLookOf (language: BuyerLanguage, query: Readonly<Record<string, unknown>>): OverlayLook {
  const theme = overlayThemes.find(name => name === query.theme) ?? 'dark'
  const wanted = /^\d{1,3}$/.test(String(query.max)) ? Number(query.max) : purchasesDefault
  return { language, theme, purchases: Math.min(wanted, purchasesMax) }
}

/** The overlay's page, in which its script shows the news; what it says stands in it, so that the script says nothing of its own. */
export function printOverlayPage (title: string, { language, theme, purchases }: OverlayLook, assets: EmbeddingAssets): string {
  const say = words[language]
  const { left } = buyingWords[language]
  const said = { bought: say.bought, now: say.now, seconds: say.seconds, minutes: say.minutes, hours: say.hours, left }
  return printPage({
    language,
    title: `${title} · ${say.title}`,
    attributes: ` class="${theme}"`,
    styles: ['overlay.css'],
    scripts: ['overlay.js'],
    body: `<main data-max="${purchases}" data-words="${escapeHtml(JSON.stringify(said))}">
<h1 class="unseen">${escapeHtml(title)}</h1>
<p class="counter" data-counter hidden><span>${say.sold}</span> <b data-sold>0</b> <span class="left" data-left></span></p>
<ul class="purchases" aria-label="${say.purchases}" data-purchases></ul>
<p class="lost" data-lost hidden>${say.lost}</p>
</main>`
  }, assets)
}

type Words = Record<'title' | 'sold' | 'purchases' | 'bought' | 'now' | 'seconds' | 'minutes' | 'hours' | 'lost', string>

/** `{buyer}`, `{goods}`, `{quantity}` and `{n}` are filled in by the script. */
const words: Readonly<Record<BuyerLanguage, Words>> = {
  'zh-CN': {
    title: '直播浮层',
    sold: '本场已售',
    purchases: '实时到账记录',
    bought: '{buyer} 买了 {goods} ×{quantity}',
    now: '刚刚',
    seconds: '{n} 秒前',
    minutes: '{n} 分钟前',
    hours: '{n} 小时前',
    lost: '连接中断，正在重连…'
  },
  en: {
    title: 'Overlay',
    sold: 'Sold',
    purchases: 'Latest purchases',
    bought: '{buyer} bought {goods} ×{quantity}',
    now: 'just now',
    seconds: '{n} s ago',
    minutes: '{n} min ago',
    hours: '{n} h ago',
    lost: 'Connection lost, trying again…'
  }
}
