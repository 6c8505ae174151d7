// A seller with a stream and links to sell through, over the API, as sellers make them.
import type { Test } from 'tap'
import { openHouse, type House, type HouseOptions, type Reseller } from '../support/house.ts'

export interface MadeLink { readonly id: string, readonly slug: string, readonly version: number, readonly skus: readonly string[] }

export interface LinkWish {
  readonly title?: string
  readonly description?: string
  readonly slug?: string
  /** The retail price of each SKU. */
  readonly prices?: readonly string[]
  readonly codes?: number
  readonly session?: string
  readonly [more: string]: unknown
}

export interface Stall {
  readonly house: House
  readonly seller: Reseller
  link (wish?: LinkWish): Promise<MadeLink>
  /** Changes a link; gives its new version. */
  changes (link: MadeLink, body: Readonly<Record<string, unknown>>): Promise<number>
}

/** Opens a house with a stall in it. */
export async function openStall (t: Test, options: HouseOptions = {}): Promise<Stall> {
  const house = await openHouse(t, options)
  const seller = await house.reseller()
  let made = 0
  return {
    house,
    seller,
    async link ({ prices = ['19.90'], codes = 60, title = 'Steam 钱包充值卡 ¥100', ...more } = {}) {
      const skus = await Promise.all(prices.map((_, n) => house.sku({ codes, name: `¥${(n + 1) * 100}` })))
      const answer = await seller.send('POST', '/v1/links', {
        body: {
          reference: `link ${++made}`, title, skus: skus.map((sku, n) => ({ sku, retail_price: { amount: prices[n], currency: 'CNY' } })), ...more
        }
      })
      if (answer.status !== 201) throw new Error(`the link was not made: ${answer.text}`)
      return { id: answer.json.id, slug: answer.json.slug, version: answer.json.version, skus }
    },
    async changes ({ id, version }, body) {
      const answer = await seller.send('PATCH', `/v1/links/${id}`, { body: { version, ...body } })
      if (answer.status !== 200) throw new Error(`the link was not changed: ${answer.text}`)
      return answer.json.version
    }
  }
}
