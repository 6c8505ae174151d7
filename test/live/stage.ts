// A stage for live views: a house with a session, links in it and buyers who buy as buyers' pages do, by the world's own functions.
import { connect, type Socket } from 'node:net'
import type { Test } from 'tap'
import { newId, readId, type Uuid } from '../../src/base/ids.ts'
import type { Checkout } from '../../src/domain/links/checkouts/checkout.ts'
import { openHouse, type House, type HouseOptions, type Reseller } from '../support/house.ts'

export interface StageLink { readonly id: string, readonly uuid: Uuid, readonly slug: string, readonly skus: readonly string[] }

export interface LinkWish {
  readonly title?: string
  readonly slug?: string
  readonly price?: string
  readonly codes?: number
  readonly quota?: number
  /** Names of its SKUs, one SKU each. */
  readonly skus?: readonly string[]
  readonly product?: string
}

export interface PurchaseWish { readonly contact?: string, readonly quantity?: number, readonly sku?: string }

export interface Stage {
  readonly house: House
  readonly seller: Reseller
  readonly session: string
  readonly sessionId: Uuid
  /** The path of the host's page. */
  livePath (): Promise<string>
  link (wish?: LinkWish): Promise<StageLink>
  /** Begins to pay. */
  starts (link: StageLink, wish?: PurchaseWish): Promise<Checkout>
  /** Money for it comes; gives what became of it. */
  pays (checkout: Checkout): Promise<string>
  buys (link: StageLink, wish?: PurchaseWish): Promise<Checkout>
}

export interface StageWish extends HouseOptions { readonly title?: string, readonly host?: string }

/** Opens a stage; it is closed when the test ends. */
export async function openStage (t: Test, { title = 'Friday night', host = 'Lily', ...options }: StageWish = {}): Promise<Stage> {
  const house = await openHouse(t, { sandboxGateway: 'both worlds', ...options })
  const seller = await house.reseller()
  const { live: world } = house.worlds
  const { id: hostId } = (await asked(seller, 'POST', '/v1/hosts', { reference: 'host', name: host, commission_rate: '0.08' }))
  const session = (await asked(seller, 'POST', '/v1/sessions', { reference: 'session', title, host: hostId })).id as string
  const sessionId = readId('session', session)!
  let made = 0

  const stage: Stage = {
    house,
    seller,
    session,
    sessionId,

    async livePath () {
      return new URL((await asked(seller, 'GET', `/v1/sessions/${session}`)).live_url).pathname
    },

    async link ({ title = 'Game cards', slug, price = '98', codes = 100, quota, skus: names = ['100 元'], product } = {}) {
      const skus: string[] = []
      const productId = product === undefined ? undefined : await newProduct(house, product)
      for (const name of names) skus.push(await house.sku({ price: '30', codes, name, ...(productId !== undefined && { product: productId }) }))
      const link = await asked(seller, 'POST', '/v1/links', {
        reference: `link ${++made}`,
        title,
        session,
        skus: skus.map((sku, i) => ({ sku, retail_price: { amount: String(Number(price) + i * 100), currency: 'CNY' } })),
        ...(slug !== undefined && { slug }),
        ...(quota !== undefined && { quota })
      })
      return { id: link.id, uuid: readId('link', link.id)!, slug: link.slug, skus }
    },

    async starts ({ uuid, skus }, { contact = `+86138${String(++made).padStart(8, '0')}`, quantity = 1, sku = skus[0]! } = {}) {
      const skuId = readId('sku', sku)!
      const [price] = await house.db<{ retail_price: bigint }[]>`select retail_price from link_skus where link_id = ${uuid} and sku_id = ${skuId}`
      const started = await world.startCheckout({
        linkId: uuid,
        attempt: newId(),
        skuId,
        quantity,
        seenPrice: price!.retail_price,
        contact: { kind: 'phone', value: contact },
        deviceHash: null,
        networkHash: newId(),
        language: 'zh-CN',
        gateway: 'sandbox',
        returnUrl: () => `${house.url}/back`
      })
      return started.checkout
    },

    async pays ({ id, currency, total }) {
      const [payment] = await house.db<{ id: Uuid }[]>`select id from payments where subject_id = ${id} order by id desc limit 1`
      const receipt = { gateway: 'sandbox', transaction: newId(), paymentId: payment!.id, currency, amount: total, paidAt: null, source: 'query' } as const
      const outcome = await world.receivePayment(receipt)
      return outcome.kind === 'returned' ? outcome.reason : outcome.kind
    },

    async buys (link, wish) {
      const checkout = await stage.starts(link, wish)
      await stage.pays(checkout)
      return checkout
    }
  }
  return stage
}

async function newProduct (house: House, name: string): Promise<string> {
  await house.operator.issuers.put('steam', { name: 'Steam' })
  return (await house.operator.products.create({ reference: name, name, kind: 'code', issuer: 'steam' })).id
}

async function asked (seller: Reseller, method: string, target: string, body?: object): Promise<any> {
  const answer = await seller.send(method, target, body === undefined ? {} : { body })
  if (answer.status >= 300) throw new Error(`${method} ${target} was answered ${answer.status} ${answer.text}`)
  return answer.json
}

/** A stream of server-sent events on a bare socket. */
export interface Listener {
  readonly socket: Socket
  /** The status line, once it came. */
  readonly status: Promise<string>
  /** Everything that came. */
  text (): string
  /** The data of each event that came, parsed. */
  data (): readonly any[]
  close (): void
}

/** Listens to a path as a browser does; `from` is the address it comes from. */
export function listen (t: Test, url: string, path: string, { from = '127.0.0.1', headers = {} }: { from?: string, headers?: Readonly<Record<string, string>> } = {}): Listener {
  const { port, host } = new URL(url)
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: from })
  const status = Promise.withResolvers<string>()
  let heard = ''
  socket.setEncoding('utf8')
  socket.on('error', () => {})
  socket.on('data', (chunk: string) => {
    heard += chunk
    if (heard.includes('\r\n')) status.resolve(heard.slice(0, heard.indexOf('\r\n')))
  })
  socket.on('close', () => status.resolve('closed'))
  const lines = Object.entries({ accept: 'text/event-stream', 'user-agent': 'Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines}\r\n`)
  t.teardown(() => { socket.destroy() })
  return {
    socket,
    status: status.promise,
    text: () => heard,
    data: () => heard.split('\n').filter(line => line.startsWith('data: ')).map(line => JSON.parse(line.slice(6))),
    close: () => { socket.destroy() }
  }
}
