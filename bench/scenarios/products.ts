import { sendLoad, type Scenario } from '../bench.ts'
import { callJson } from '../signed-call.ts'

export const productPage = 'products, the first page'
export const oneProduct = 'one product'

const connections = 64

export const products: Scenario = {
  name: 'products',
  says: 'the catalogue with the caller’s own prices: the first page of the list, and one product',
  async contestants (bench) {
    const page = await callJson<{ data: readonly { id: string }[] }>(bench.server, bench.shop.buyers[0]!, { method: 'GET', target: '/v1/products' })
    const each = page.data.map(({ id }) => `/v1/products/${id}`)
    return [
      { name: productPage, rounds: 'some', measure: () => sendLoad(bench, { connections, load: { kind: 'reads', targets: ['/v1/products'] } }) },
      { name: oneProduct, rounds: 'some', measure: () => sendLoad(bench, { connections, load: { kind: 'reads', targets: each } }) }
    ]
  }
}
