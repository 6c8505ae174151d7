// What users of the SDK may write, and what they may not: read by tstyche, as types.test.ts runs it.
import { describe, expect, test } from 'tstyche'
import {
  Conflict, Connection, Kahub, KahubError, OrdersResource, Secret, StockResource, toClearJson, webhooks,
  type Call, type Callback, type ClientCode, type CodeOf, type Event, type KahubOptions, type List, type ListProductsResult, type Logger,
  type Order, type Page, type PlaceOrderBody, type ProblemCode, type Product, type UnknownEventType, type WithResponse
} from '../../../sdk/src/index.ts'
import { KahubAdmin } from '../../../sdk/src/admin.ts'

declare const kahub: Kahub
declare const error: KahubError
declare const order: Order
declare const callback: Callback
const lines = [{ sku: 'sku_a', quantity: 1 }]

describe('a client', () => {
  test('needs an address, a key id, and either a secret or a private key', () => {
    const place = { baseUrl: 'https://api.example.com', keyId: 'key_live_1' }
    expect(Kahub).type.toBeConstructableWith({ ...place, secret: 'khs_x' })
    expect(Kahub).type.toBeConstructableWith({ ...place, privateKey: { kty: 'OKP', crv: 'Ed25519', x: '', d: '' } })
    expect(Kahub).type.toBeConstructableWith({ url: '', keyId: '', secret: '', algorithm: 'hmac-sha256' })
    expect(Kahub).type.not.toBeConstructableWith(place)
    expect(Kahub).type.not.toBeConstructableWith({ keyId: '', secret: '' })
    expect(Kahub).type.not.toBeConstructableWith({ ...place, privateKey: { kty: 'OKP', crv: 'Ed25519', x: '' } })
    expect(Kahub).type.not.toBeConstructableWith({ ...place, secret: 1 })
    expect(Kahub).type.not.toBeConstructableWith({ ...place, secret: '', timeoutMs: '5s' })
    expect(Kahub).type.not.toBeConstructableWith({ ...place, secret: '', timeout: 5 })
  })

  test('takes what is at hand as its logger', () => {
    expect(console).type.toBeAssignableTo<Logger>()
    expect<{ secret: string, keyId: string, url: string, logger: Console }>().type.toBeAssignableTo<KahubOptions>()
    expect<string>().type.not.toBeAssignableTo<Logger>()
  })

  test('has the calls of resellers, and the other those of operators', () => {
    expect(kahub).type.toHaveProperty('orders')
    expect(kahub).type.not.toHaveProperty('levels')
    expect<KahubAdmin>().type.toHaveProperty('levels')
    expect(new StockResource(kahub)).type.toHaveProperty('get')
    expect(OrdersResource).type.toBeConstructableWith(new Connection({ baseUrl: '', keyId: '', secret: '' }))
  })
})

describe('a call', () => {
  test('is a promise of its answer, and of its response', () => {
    expect(kahub.orders.place({ lines })).type.toBe<Call<Order>>()
    expect(kahub.orders.place({ lines })).type.toBeAssignableTo<Promise<Order>>()
    expect(kahub.orders.get('ord_1').withResponse()).type.toBe<Promise<WithResponse<Order>>>()
    expect(kahub.orders.get('ord_1').asResponse()).type.toBe<Promise<Response>>()
    expect(kahub.request('GET', '/v1/me')).type.toBe<Call<unknown>>()
    expect(kahub.request<{ id: string }>('GET', '/v1/me')).type.toBe<Call<{ id: string }>>()
    expect(kahub.requestRaw('GET', '/v1/me')).type.toBe<Promise<Response>>()
  })

  test('takes what the contract takes and nothing else', () => {
    expect(kahub.orders.place).type.toBeCallableWith({ lines, reference: 'PO-1', fill: 'partial' }, { timeoutMs: 1, retriesMax: 0 })
    expect(kahub.orders.place).type.not.toBeCallableWith({})
    expect(kahub.orders.place).type.not.toBeCallableWith({ lines: [{ sku: 'sku_a', quantity: '1' }] })
    expect(kahub.orders.place).type.not.toBeCallableWith({ lines, fill: 'some' })
    expect(kahub.orders.place).type.not.toBeCallableWith({ lines, colour: 'red' })
    expect(kahub.orders.place).type.not.toBeCallableWith({ lines }, { timeout: 1 })
    expect(kahub.orders.get).type.not.toBeCallableWith()
    expect(kahub.orders.get).type.not.toBeCallableWith(1)
    expect(kahub.stock.get).type.not.toBeCallableWith()
    expect(kahub.request).type.not.toBeCallableWith('FETCH', '/v1/me')
    expect<PlaceOrderBody>().type.toHaveProperty('reference')
  })

  test('of a list can be awaited, iterated, paged and taken from with a limit', async () => {
    const list = kahub.products.list({ tag: 'hot' })
    expect(list).type.toBe<List<ListProductsResult>>()
    expect(await list).type.toBe<Page<ListProductsResult>>()
    for await (const product of list) expect(product).type.toBe<Product>()
    for await (const page of list.byPage()) expect(page.data).type.toBe<Product[]>()
    expect(list.toArray({ limit: 5 })).type.toBe<Promise<Product[]>>()
    expect(list.toArray).type.not.toBeCallableWith()
    expect(list.toArray).type.not.toBeCallableWith({})
    expect(list.withResponse()).type.toBe<Promise<WithResponse<Page<ListProductsResult>>>>()
  })
})

describe('what is answered', () => {
  test('may be more than is known: a value that is not known compiles', () => {
    expect(order.state).type.toBeAssignableFrom('state_of_tomorrow')
    expect(order.state).type.toBeAssignableTo<string>()
    expect<ProblemCode>().type.toBeAssignableFrom('code_of_tomorrow')
    if (order.state === 'state_of_tomorrow') expect(order.id).type.toBe<string>()
  })

  test('is closed where it is sent', () => {
    expect<PlaceOrderBody['fill']>().type.not.toBeAssignableFrom('some')
  })

  test('has codes that are no text until they are revealed', async () => {
    const code = order.lines[0]!.codes![0]!
    expect(code.secret).type.toBe<Secret>()
    expect(code.secret.reveal()).type.toBe<string>()
    expect<Secret>().type.not.toBeAssignableTo<string>()
    expect<string>().type.not.toBeAssignableTo<Secret>()
    for await (const { secret } of kahub.orders.streamCodes('ord_1')) expect(secret).type.toBe<Secret>()
    expect((await kahub.orders.codes('ord_1')).data[0]!.secret).type.toBe<Secret>()
    expect(toClearJson(order)).type.toBe<string>()
    expect((await kahub.keys.create({ name: 'till', algorithm: 'hmac-sha256', scopes: [] })).secret).type.toBe<string | null>()
  })
})

describe('an error', () => {
  test('is told apart by its class and its code', () => {
    expect(error.code).type.toBe<ProblemCode | ClientCode>()
    expect(error).type.toHaveProperty('docUrl')
    expect(error.reference).type.toBe<string | undefined>()
    expect(error.headers).type.toBe<Headers | undefined>()
    if (error instanceof Conflict && error.code === 'insufficient_balance') expect(error.problem).type.toBe<Readonly<Record<string, unknown>> | undefined>()
    expect(error.code === 'code_of_tomorrow').type.toBe<boolean>()
    expect<Conflict>().type.toBeAssignableTo<KahubError>()
    expect<Extract<Conflict['code'], 'out_of_stock'>>().type.toBe<'out_of_stock'>()
    expect<Extract<Conflict['code'], 'rate_limited'>>().type.toBe<never>()
    expect<CodeOf<429>>().type.toBeAssignableFrom('code_of_tomorrow')
  })
})

describe('an event', () => {
  test('has the data of its type', () => {
    if (callback.type === 'order.completed') expect(callback.data.order.id).type.toBe<string>()
    expect(callback.endpoint).type.toBe<string>()
    expect(callback).type.toBeAssignableTo<Event>()
    expect(webhooks.unwrap('', new Headers(), { secrets: ['whsec_x'] })).type.toBe<Promise<Callback>>()
    expect(webhooks.unwrap).type.not.toBeCallableWith({}, {}, { secrets: 'whsec_x' })
  })

  test('may be of a type that is not known, whose data is anything', () => {
    switch (callback.type) {
      case 'order.completed': break
      default: {
        const type: string = callback.type
        if (type === 'moon.landed') expect(callback.data).type.not.toBe<never>()
      }
    }
    expect<Extract<Event, { type: UnknownEventType }>['data']>().type.toBe<Record<string, unknown>>()
  })
})
