import { sendLoad, type Bench, type Scenario, type Size } from '../bench.ts'
import type { Contestant } from '../race.ts'
import { showSkus } from '../shop.ts'

const connections = 64

export const stockOfOne = 'stock of 1 SKU'

/** The name of the load that asks for all of the run's SKUs at once. */
export function stockOfMany ({ skus }: Pick<Size, 'skus'>): string {
  return `stock of ${skus} SKUs`
}

export const stock: Scenario = {
  name: 'stock',
  says: 'stock of one SKU and of many, the reads coalesced',
  contestants: async bench => stockContestants(bench)
}

/** Stock queries as contestants. */
export function stockContestants (bench: Bench): readonly Contestant[] {
  const skus = showSkus(bench.shop.skus)
  const each = skus.map(sku => `/v1/stock?sku=${sku}`)
  const all = `/v1/stock?${skus.map(sku => `sku=${sku}`).join('&')}`
  const read = (targets: readonly string[]) => sendLoad(bench, { connections, load: { kind: 'reads', targets } })
  return [
    { name: stockOfOne, rounds: 'some', measure: () => read(each) },
    { name: stockOfMany(bench.size), rounds: 'some', measure: () => read([all]) }
  ]
}
