// oEmbed 1.0 (https://oembed.com): how the iframe of a link is put on a page by a system that only has its address.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { embedAddress, pictureAddress } from './addresses.ts'
import { frameHeight, frameWidth } from './embed-page.ts'
import { heightAt, pictureWidths } from './picture-size.ts'

/** How long consumers may keep an answer. */
export const oembedSecondsMax = 300

/** The largest size a consumer has room for, in pixels. */
export interface Room { readonly width: number, readonly height: number }

export interface OEmbed {
  readonly type: 'rich'
  readonly version: '1.0'
  readonly title: string
  readonly author_name: string
  readonly provider_name: string
  readonly provider_url: string
  readonly cache_age: number
  readonly html: string
  readonly width: number
  readonly height: number
  readonly thumbnail_url?: string
  readonly thumbnail_width?: number
  readonly thumbnail_height?: number
}

/** What oEmbed tells of a link (§2.3.4.4): the iframe, and the picture in the largest size there is room for. */
export function oembedOf (link: ShownLink, origin: string, language: BuyerLanguage, room: Room): OEmbed {
  const width = Math.min(frameWidth, room.width)
  const height = Math.min(frameHeight, room.height)
  const thumbnail = pictureWidths.find(pictureWidth => pictureWidth <= room.width && heightAt(pictureWidth) <= room.height)
  const source = `${embedAddress(origin, link.slug)}?lang=${language}`
  return {
    type: 'rich',
    version: '1.0',
    title: link.title,
    author_name: link.sellerName,
    provider_name: 'kahub',
    provider_url: `${origin}/`,
    cache_age: oembedSecondsMax,
    html: `<iframe src="${escapeHtml(source)}" title="${escapeHtml(link.title)}" width="${width}" height="${height}" ` +
      'frameborder="0" loading="lazy" referrerpolicy="no-referrer"></iframe>',
    width,
    height,
    ...thumbnail !== undefined && {
      thumbnail_url: pictureAddress(origin, link, language, thumbnail), thumbnail_width: thumbnail, thumbnail_height: heightAt(thumbnail)
    }
  }
}

/** The same as XML (§2.3.2). */
export function printOembedXml (answer: OEmbed): string {
  const members = Object.entries(answer).map(([name, value]) => `  <${name}>${escapeHtml(storable(String(value)))}</${name}>\n`)
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>\n${members.join('')}</oembed>\n`
}

/** A text without what no XML may hold, however it is written (XML 1.0, §2.2). */
function storable (text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
}
