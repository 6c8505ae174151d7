// A thread of its own (pictures.ts starts it): draws Open Graph pictures one after another. Nothing is loaded from elsewhere: letters come
// from the subsets of one typeface (ZCOOL QingKe HuangYou, SIL OFL 1.1) that the text needs, and what these lack is left out.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { renderAsync } from '@resvg/resvg-js'
import { create as createQrCode } from 'qrcode'
import satori, { type Font } from 'satori'
import { pictureHeight, pictureWidth } from './picture-size.ts'
import type { PictureWords } from './picture-words.ts'

export interface DrawWish { readonly words: PictureWords, readonly width: number }
export type Drawn = { readonly png: Uint8Array<ArrayBuffer> } | { readonly failure: string }

async function draw (typeface: Typeface, words: PictureWords, width: number): Promise<Uint8Array<ArrayBuffer>> {
  const lacking = await lackingIn(typeface, words)
  const has = (text: string) => keepLetters(text, lacking)
  const title = has(words.title) || has(words.otherTitle) || 'kahub'
  const said = { ...words, title, price: has(words.price), seller: has(words.seller) }
  const size = { width: pictureWidth, height: pictureHeight }
  const svg = await satori(layOut(said, typeface.namesFor(said)), { ...size, fonts: typeface.fontsFor(said) })
  const image = await renderAsync(svg, { font: { loadSystemFonts: false }, fitTo: { mode: 'width', value: width } })
  return new Uint8Array(image.asPng())
}

/** Characters that no subset draws: told by drawing all of it once, on one line. */
async function lackingIn (typeface: Typeface, words: PictureWords): Promise<ReadonlySet<string>> {
  const lacking = new Set<string>()
  const children = [words.title, words.otherTitle, words.price, words.seller, words.invitation].join(' ')
  await satori(box({ fontFamily: typeface.namesFor(words) }, children), {
    width: pictureWidth,
    height: pictureHeight,
    fonts: typeface.fontsFor(words),
    async loadAdditionalAsset (_, segment) {
      for (const character of segment) lacking.add(character)
      return []
    }
  })
  return lacking
}

const pictograph = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u

/** A text without what cannot be drawn, what draws nothing, and what turns letters around. */
function keepLetters (text: string, lacking: ReadonlySet<string>): string {
  const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
    .filter(segment => ![...segment].some(character => lacking.has(character)) && !pictograph.test(segment))
    .join('').replace(/[\p{Cc}\p{Cf}]/gu, ' ').replace(/\s+/g, ' ').trim()
}

interface Typeface {
  /** The subsets that a picture's texts need. */
  fontsFor (words: PictureWords): Font[]
  namesFor (words: PictureWords): string
}

const typefaceFolder = new URL('./', import.meta.resolve('@fontsource/zcool-qingke-huangyou/unicode.json'))
const typefaceName = 'zcool-qingke-huangyou'

/** Opens the typeface; its subsets are read when a text first needs them. */
function openTypeface (): Typeface {
  const read = (path: string) => readFileSync(fileURLToPath(new URL(path, typefaceFolder)))
  const ranges = JSON.parse(read('unicode.json').toString()) as Readonly<Record<string, string>>
  const subsetOf = new Map<number, string>()
  for (const [subset, range] of Object.entries(ranges)) {
    for (const part of range.split(',')) {
      const [first, last] = part.replace('U+', '').split('-').map(hex => parseInt(hex, 16)) as [number, number?]
      for (let codePoint = first; codePoint <= (last ?? first); codePoint++) subsetOf.set(codePoint, subset.replace(/[[\]]/g, ''))
    }
  }
  const fonts = new Map<string, Font>()
  const font = (subset: string): Font => {
    const known = fonts.get(subset)
    if (known) return known
    const data = read(`files/${typefaceName}-${subset}-400-normal.woff`)
    const font: Font = { name: `subset ${subset}`, weight: 400, style: 'normal', data }
    fonts.set(subset, font)
    return font
  }
  const subsetsFor = (words: PictureWords) => {
    const needed = Array.from(Object.values(words).join(''), character => subsetOf.get(character.codePointAt(0)!) ?? 'latin')
    return new Set(['latin', ...needed])
  }
  return {
    fontsFor: words => Array.from(subsetsFor(words), font),
    namesFor: words => Array.from(subsetsFor(words), subset => `"subset ${subset}"`).join(', ')
  }
}

/** What satori draws: elements as React has them. */
interface Element { readonly type: string, readonly props: Readonly<Record<string, unknown>> }
type Child = Element | string

const brand = '#0b6e62'
const brandDark = '#06423c'
const gold = '#ffd978'
const quietMargin = 2
const card = { width: 300, boxSizing: 'border-box', padding: '24px 24px 18px', borderRadius: 28, backgroundColor: '#ffffff' }
const clamped = { display: 'block', lineHeight: 1.22, lineClamp: 4, overflow: 'hidden', wordBreak: 'break-word' }

/** The picture: title, seller and price on the left, a QR code to the right for whoever sees it in a chat. */
function layOut ({ title, price, seller, invitation, address }: PictureWords, fontFamily: string): Element {
  const size = title.length <= 10 ? 120 : title.length <= 24 ? 92 : title.length <= 44 ? 72 : 58
  return box({
    width: '100%',
    height: '100%',
    boxSizing: 'border-box',
    padding: '56px 60px',
    justifyContent: 'space-between',
    color: '#ffffff',
    fontFamily,
    backgroundColor: brand,
    backgroundImage: `linear-gradient(120deg, ${brand} 0%, ${brandDark} 100%)`
  }, [
    box({ flexDirection: 'column', justifyContent: 'space-between', width: 730, height: '100%' }, [
      box({ alignItems: 'center', fontSize: 40, color: '#c9ece6' }, [mark(), box({ marginLeft: 18, maxWidth: 640 }, seller)]),
      box({ ...clamped, width: 730, fontSize: size }, title),
      box({ fontSize: 96, lineHeight: 1, color: gold }, price)
    ]),
    box({ ...card, flexDirection: 'column', alignItems: 'center', alignSelf: 'center' }, [
      qrCode(address),
      box({ marginTop: 12, fontSize: 38, color: brandDark }, invitation)
    ])
  ])
}

function box (style: Record<string, unknown>, children: Child | readonly Child[]): Element {
  return { type: 'div', props: { style: { display: 'flex', ...style }, children } }
}

const round = { strokeLinecap: 'round', strokeLinejoin: 'round' }

function mark (): Element {
  return drawing('0 0 32 32', 56, [
    { type: 'rect', props: { width: 32, height: 32, rx: 8, fill: '#ffffff' } },
    { type: 'path', props: { ...round, d: 'M10 7v18M22 8l-9 8 9 9', fill: 'none', stroke: brand, strokeWidth: 3.4 } }
  ])
}

function qrCode (address: string): Element {
  const { modules } = createQrCode(address, { errorCorrectionLevel: 'M' })
  const { data, size } = modules
  const squares = Array.from(data, (dark, at) => dark ? `M${at % size} ${Math.floor(at / size)}h1v1h-1z` : '').join('')
  const viewed = `${-quietMargin} ${-quietMargin} ${size + 2 * quietMargin} ${size + 2 * quietMargin}`
  return drawing(viewed, 252, [{ type: 'path', props: { d: squares, fill: '#04211e' } }])
}

function drawing (viewBox: string, size: number, children: Child[]): Element {
  return { type: 'svg', props: { width: size, height: size, viewBox, children } }
}

// Last, where all that it is drawn with is there.
const typeface = openTypeface()
parentPort!.on('message', ({ words, width }: DrawWish) => {
  draw(typeface, words, width).then(
    png => parentPort!.postMessage({ png } satisfies Drawn, [png.buffer]),
    (error: Error) => parentPort!.postMessage({ failure: error.message } satisfies Drawn))
})
