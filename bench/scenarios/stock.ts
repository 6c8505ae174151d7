import { measureLoad, type Bench, type Scenario, type Size } from '../bench.ts'
import { showSkus } from '../shop.ts'

const connections = 64

export const stock: Scenario = {
  name: 'stock',
  says: 'stock of one SKU and of many, the reads coalesced',
  run: bench => measureStock(bench, '')
}

/** The name of the load that asks for all of the run's SKUs at once. */
export function nameOfMany ({ skus }: Size): string {
  return `stock of ${skus} SKUs`
}

/** Measures stock queries; `where` tells two measurements of the same apart. */
export async function measureStock (bench: Bench, where: string): Promise<void> {
  const skus = showSkus(bench.shop.skus)
  const each = skus.map(sku => `/v1/stock?sku=${sku}`)
  const all = `/v1/stock?${skus.map(sku => `sku=${sku}`).join('&')}`
  await measureLoad(bench, `stock of 1 SKU${where}`, { connections, load: { kind: 'reads', targets: each } })
  await measureLoad(bench, nameOfMany(bench.size) + where, { connections, load: { kind: 'reads', targets: [all] } })
}
