// A shop with purchase links and buyers: the real app with its clockwork and the sandbox gateway, behind a proxy that names addresses.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { Test } from 'tap'
import type { CreateLinkBody } from '../../sdk/src/index.ts'
import { startWorkers, serve } from '../../src/compose.ts'
import { openHouse, type House, type Reseller } from '../support/house.ts'
import { until } from '../support/until.ts'

export interface Shop {
  readonly house: House
  readonly url: string
  readonly seller: Reseller
  /** What the server logged, line by line. */
  readonly logged: readonly string[]
  /** Moves the clock of the house on. */
  later (ms: number): void
  /** Lets the clock of the house stand while something is done. */
  standing<Result> (work: () => Promise<Result>): Promise<Result>
  /** A link to a SKU of its own, unless it says which. */
  link (wish?: LinkWish): Promise<ShopLink>
  buyer (wish?: BuyerWish): Buyer
}

export interface ShopLink { readonly id: string, readonly slug: string, readonly path: string, readonly sku: string, readonly secrets: readonly string[] }

export interface LinkWish extends Partial<Omit<CreateLinkBody, 'skus'>> {
  readonly stock?: number
  readonly price?: string
  readonly codes?: readonly string[]
  readonly skus?: CreateLinkBody['skus']
  readonly name?: string
  readonly min?: number
  readonly step?: number
}

export interface BuyerWish {
  readonly address?: string
  readonly language?: string
  readonly phone?: true
}

export interface Page {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly location: string
  /** What the page says it shows. */
  readonly state: string | undefined
  /** The code of the refusal it shows. */
  readonly problem: string | undefined
}

/** A browser without script: it keeps cookies, by name alone, and follows nothing by itself. */
export interface Buyer {
  readonly cookies: Map<string, string>
  get (address: string, headers?: Readonly<Record<string, string>>): Promise<Page>
  post (address: string, form: Readonly<Record<string, string>> | string, headers?: Readonly<Record<string, string>>): Promise<Page>
  /** Fills in the form of a link's page and sends it. */
  buys (link: ShopLink, more?: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Page>
  /** Buys, pays at the sandbox gateway, and comes back; gives the receipt's path once it says what is wanted. */
  pays (link: ShopLink, more?: Readonly<Record<string, string>>): Promise<string>
}

/** Opens the shop; it is closed when the test ends. */
export async function openShop (t: Test): Promise<Shop> {
  let ahead = 0
  let stands: number | undefined
  const house = await openHouse(t, { clock: () => stands ?? Date.now() + ahead, sandboxGateway: 'both worlds' })
  const logged: string[] = []
  const serving = await serve(house.worlds, {
    host: '127.0.0.1', port: 0, metricsPort: 0, trustProxy: ['127.0.0.0/8'], logger: { level: 'info', stream: { write: (line: string) => { logged.push(line) } } }
  })
  const failed: string[] = []
  const workers = startWorkers(house.worlds, (pass, error) => { failed.push(`${pass}: ${String(error)}`) })
  t.teardown(async () => {
    await workers.stop()
    await serving.close()
  })
  const seller = await house.reseller()
  let made = 0
  return {
    house,
    url: serving.url,
    seller,
    logged,
    later: ms => { ahead += ms },
    async standing (work) {
      stands = Date.now() + ahead
      try {
        return await work()
      } finally {
        stands = undefined
      }
    },
    async link ({ stock = 100, price = '98.00', codes, skus, name, min, step, ...more } = {}) {
      const sku = skus?.[0]!.sku ?? await house.sku({ price: '10', ...(name !== undefined && { name }), ...(min !== undefined && { min }), ...(step !== undefined && { step }) })
      const secrets = codes ?? Array.from({ length: stock }, (_, n) => `SECRET-${made}-${n}-${Math.random().toString(36).slice(2)}`)
      if (secrets.length > 0 && skus === undefined) await house.stocks(sku, secrets)
      const link = await seller.kahub.links.create({
        reference: `link ${++made}`, title: `Steam Wallet ${made}`, skus: skus ?? [{ sku, retail_price: { amount: price, currency: 'CNY' } }], ...more
      })
      return { id: link.id, slug: link.slug, path: `/l/${link.slug}`, sku, secrets }
    },
    buyer: wish => openBuyer(serving.url, wish)
  }
}

/** What the hidden fields of a page's form say. */
export function fieldsOf (html: string): Record<string, string> {
  const form = /<form id="buy"[\s\S]*?<\/form>/.exec(html)?.[0] ?? ''
  const fields: Record<string, string> = {}
  for (const [input] of form.matchAll(/<input\b[^>]*>/g)) {
    const member = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1]
    const name = member('name')
    if (name === undefined || (member('type') === 'radio' && !/ checked/.test(input))) continue
    fields[name] = unescapeHtml(member('value') ?? '')
  }
  return fields
}

function openBuyer (url: string, { address = '203.0.113.7', language = 'en', phone }: BuyerWish = {}): Buyer {
  const cookies = new Map<string, string>()
  const ask = (method: string, target: string, body: string | undefined, more: Readonly<Record<string, string>>) => new Promise<Page>((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(target, url)
    const headers: Record<string, string> = {
      'x-forwarded-for': address,
      'accept-language': language,
      'user-agent': phone ? 'Mozilla/5.0 (iPhone) Mobile' : 'Mozilla/5.0 (X11; Linux x86_64)',
      ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) }),
      ...more
    }
    const request = httpRequest({ hostname, port, method, path: pathname + search, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        for (const cookie of response.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
          cookies.set(name!, value!)
        }
        const text = Buffer.concat(chunks).toString()
        const said = (name: string) => new RegExp(`<main[^>]* data-${name}="([a-z_]+)"`).exec(text)?.[1]
        resolve({
          status: response.statusCode!, headers: response.headers, text, location: response.headers.location ?? '', state: said('state'), problem: said('problem')
        })
      })
    })
    request.once('error', reject)
    request.end(body)
  })
  const buyer: Buyer = {
    cookies,
    get: (target, headers = {}) => ask('GET', target, undefined, headers),
    post: (target, form, headers = {}) => ask('POST', target, typeof form === 'string' ? form : new URLSearchParams(form).toString(), headers),
    async buys ({ path, sku }, more = {}, headers = {}) {
      const page = await buyer.get(path)
      return await buyer.post(`${path}/checkouts`, { gateway: 'sandbox', quantity: '1', seen_price: '98.00', ...fieldsOf(page.text), sku, contact: '13800138000', ...more }, headers)
    },
    async pays (link, more = {}) {
      const started = await buyer.buys(link, more)
      if (started.status !== 303) throw new Error(`the start was answered ${started.status} ${started.problem}`)
      const paid = await buyer.post(started.location, { action: 'pay' })
      const back = await buyer.get(paid.location)
      const receipt = back.location
      await until(async () => (await buyer.get(receipt)).state !== 'open')
      return receipt
    }
  }
  return buyer
}

function unescapeHtml (text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!)
}
