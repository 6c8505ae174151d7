// The addresses of a link's pages and pictures; an origin has no slash at its end.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { worldOfAddress } from '../../domain/links/buyer-keys.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { pictureWidth, type PictureWidth } from './picture-size.ts'

/** The buyer's page. */
export function linkAddress (origin: string, slug: string): string {
  return `${origin}/l/${slug}`
}

/** The short address: in QR codes, and to be said aloud. */
export function shortAddress (origin: string, slug: string): string {
  return `${origin}/s/${slug}`
}

/** The page in an iframe. */
export function embedAddress (origin: string, slug: string): string {
  return `${origin}/embed/${slug}`
}

/** The Open Graph picture; of another version of the link it is another address, so that nobody shows an old price for long. */
export function pictureAddress (
  origin: string, { slug, version }: Pick<ShownLink, 'slug' | 'version'>, language: BuyerLanguage, width: PictureWidth = pictureWidth
): string {
  return `${linkAddress(origin, slug)}/og.png?v=${version}&lang=${language}${width === pictureWidth ? '' : `&width=${width}`}`
}

/** Where oEmbed tells of an address. */
export function oembedAddress (origin: string, address: string, format: 'json' | 'xml'): string {
  return `${origin}/oembed?url=${encodeURIComponent(address)}&format=${format}`
}

/** The slug of an address of ours that shows a link: /l/, /s/ or /embed/; undefined of every other. */
export function slugOf (origin: string, address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { origin: ofAddress, pathname } = new URL(address)
  if (ofAddress !== new URL(origin).origin) return undefined
  return /^\/(?:l|s|embed)\/([a-z0-9-]{1,40})\/?$/i.exec(pathname)?.[1]
}

/** Whether a link is of the test world, where nobody is charged; its pages say so. */
export function isOfTestWorld (slug: string): boolean {
  return worldOfAddress(slug) === 'test'
}
