import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { ShownLink } from '../../domain/links/link.ts'
import { shortAddress } from './addresses.ts'
import { priceOf, shorten } from './link-words.ts'

/** Characters of a title and of a seller's name in a picture. */
const titleLengthMax = 72
const sellerLengthMax = 28

/** What the Open Graph picture says: texts as they are, of which the typeface may lack some letters. */
export interface PictureWords {
  readonly title: string
  /** Where nothing of the title can be drawn. */
  readonly otherTitle: string
  readonly price: string
  readonly seller: string
  readonly invitation: string
  /** Of the QR code. */
  readonly address: string
}

/** What the picture of a link says. */
export function pictureWords (link: ShownLink, origin: string, language: BuyerLanguage): PictureWords {
  return {
    title: shorten(link.title, titleLengthMax),
    otherTitle: shorten(link.skus[0]!.productName, titleLengthMax),
    price: priceOf(link, language),
    seller: shorten(link.sellerName, sellerLengthMax),
    invitation: language === 'zh-CN' ? '扫码购买' : 'Scan to buy',
    address: shortAddress(origin, link.slug)
  }
}

/** What an earlier picture is the same by. */
export function pictureKey (words: PictureWords, width: number): string {
  return JSON.stringify([width, words])
}
