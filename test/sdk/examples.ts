// What users of the SDK write. Compiled with the project; each @ts-expect-error line must not compile.
import { Conflict, KahubError, type ProblemCode } from '../../sdk/src/index.ts'
import type { Page } from '../../sdk/src/pages.ts'
import { KahubAdmin } from './generated/admin.ts'
import { Kahub } from './generated/client.ts'
import type { ListProductsResult, Money, Order, PlaceOrderBody } from './generated/types.ts'

const kahub = new Kahub({ baseUrl: 'https://api.example.com', keyId: 'key_live_1', secret: 'khs_x' })

/** A purchase, and what can be done when it is refused. */
export async function buy (): Promise<Order | undefined> {
  try {
    return await kahub.orders.place({ lines: [{ sku: 'sku_a', quantity: 100 }], fill: 'partial' }, { timeoutMs: 5_000 })
  } catch (error) {
    if (error instanceof Conflict && error.code === 'insufficient_balance') return undefined
    if (error instanceof KahubError && error.retryable) console.log(error.reference, error.retryAfterSeconds, error.errors[0]?.pointer)
    throw error
  }
}

/** Everything of a list, its first items, its pages. */
export async function readAll (): Promise<Money[]> {
  const prices: Money[] = []
  for await (const product of kahub.products.list({ kind: 'code', tag: ['a', 'b'] })) prices.push(product['face-value'])
  const page: Page<ListProductsResult> = await kahub.products.list()
  for await (const product of page) prices.push(product['face-value'])
  const firstNames: string[] = (await kahub.products.list().toArray({ limit: 5 })).map(product => product.name)
  const watermark: string | undefined = page.synced_until
  console.log(firstNames, watermark, (await page.nextPage())?.data.length)
  for await (const { secret, number } of kahub.orders.streamCodes('ord_1')) console.log(secret, number)
  return prices
}

/** Answers may name what is not known yet; requests may not. */
export function openAndClosed (order: Order): PlaceOrderBody {
  const state: string = order.state
  if (order.state === 'state_of_tomorrow') console.log(state)
  const code: ProblemCode = 'code_of_tomorrow'
  console.log(code)
  return { reference: undefined, lines: [], max_total: order.total }
}

/** The operator's side, and both kinds of key. */
export async function setUp (operator: { url: string, keyId: string, algorithm: string, secret: string }): Promise<void> {
  await new KahubAdmin(operator).levels.put('gold', { name: 'Gold' })
  await new Kahub({ url: operator.url, keyId: 'k', privateKey: { kty: 'OKP', crv: 'Ed25519', x: '', d: '' } }).holds.release('hld_1')
  const level: string | null = (await kahub.me.get()).level
  const anything: unknown = await kahub.request('GET', '/v1/me')
  const typed: { id: string } = await kahub.request<{ id: string }>('GET', '/v1/me')
  const response: Response = await kahub.requestRaw('GET', '/v1/me')
  console.log(level, anything, typed, response)
}

/** What the compiler refuses. */
export async function refused (): Promise<void> {
  // @ts-expect-error a key is needed
  console.log(new Kahub({ baseUrl: '', keyId: '' }))
  // @ts-expect-error an address is needed
  console.log(new Kahub({ keyId: '', secret: '' }))
  // @ts-expect-error an order has lines
  await kahub.orders.place({})
  // @ts-expect-error quantities are numbers
  await kahub.orders.place({ lines: [{ sku: 'sku_a', quantity: '1' }] })
  // @ts-expect-error what is sent is closed
  await kahub.orders.place({ lines: [], fill: 'some' })
  // @ts-expect-error what is not in the contract is not sent
  await kahub.orders.place({ lines: [], colour: 'red' })
  // @ts-expect-error the stock of which SKUs
  await kahub.stock.read()
  // @ts-expect-error an array has a limit
  await kahub.products.list().toArray()
  // @ts-expect-error a reseller's client has no operator calls
  console.log(kahub.levels)
  // @ts-expect-error a method of HTTP
  await kahub.request('FETCH', '/v1/me')
  // @ts-expect-error parts are text, bytes or blobs
  await new KahubAdmin({ url: '', keyId: '', secret: '' }).imports.putPart('imp_1', 1, { lines: [] }, 'text/csv')
}
