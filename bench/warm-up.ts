// V8 compiles what is hot only after it was hot: a process that has just started costs twice as much for a request as one that has
// served some ten thousand. So every server is warmed up once, before anything of it is measured.
import { codesFor, orderLoad, sendLoad, type Bench } from './bench.ts'
import { showSkus } from './shop.ts'

const connections = 64

/** Sends orders and reads, mixed, for the size's seconds of warming; every API process gets its share. */
export async function warmServer (bench: Bench): Promise<void> {
  const { shop, size, say } = bench
  const { warmServerSeconds: seconds } = size
  await shop.fillShelves(shop.skus, codesFor(bench, seconds / (size.seconds + size.warmUpSeconds), shop.skus.length))
  const skus = showSkus(shop.skus)
  const stock = `/v1/stock?${skus.map(sku => `sku=${sku}`).join('&')}`
  const reads = { kind: 'reads', targets: ['/v1/ping', '/v1/products', stock, ...skus.map(sku => `/v1/stock?sku=${sku}`)] } as const
  const { perSecond } = await sendLoad(bench, { connections, seconds, load: { kind: 'mixed', of: [orderLoad('warm', shop.skus), reads] } })
  say(`  ${bench.server.apiPids.length} API process(es) warmed for ${seconds} s: ${Math.round(perSecond)} orders and reads a second`)
}
