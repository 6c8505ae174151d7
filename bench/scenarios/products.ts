import { sendLoad, type Scenario } from '../bench.ts'
import { callJson } from '../signed-call.ts'

export const productPage = 'products, the first page'
export const oneProduct = 'one product'

const connections = 64

export const products: Scenario = {
  name: 'products',
  says: 'the catalogue with the caller’s own prices: the first page of the list, and one product',
  async contestants (bench) {
    const list = '/v1/products'
    const { data } = await callJson<{ data: readonly { id: string }[] }>(bench.server, bench.shop.buyers[0]!, { method: 'GET', target: list })
    const each = data.map(({ id }) => `${list}/${id}`)
    const read = (targets: readonly string[]) => sendLoad(bench, { connections, load: { kind: 'reads', targets } })
    return [
      { name: productPage, rounds: 'some', measure: () => read([list]) },
      { name: oneProduct, rounds: 'some', measure: () => read(each) }
    ]
  }
}
