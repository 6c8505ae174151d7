import { generateKeyPairSync } from 'node:crypto'
import type { Bench, Scenario } from '../bench.ts'
import { watchMemory } from '../process-costs.ts'
import { freshPrefix, showSkus, type Buyer } from '../shop.ts'
import { call, callJson } from '../signed-call.ts'

export const download: Scenario = {
  name: 'download',
  says: 'one order of a million codes, fetched as NDJSON in the clear and sealed to its buyer',
  async run (bench) {
    const { shop, size, measures } = bench
    const { oneSku, buyers } = shop
    const buyer = buyers[1]!
    await shop.fillShelves([oneSku], size.downloadCodes)
    const { id } = await callJson<{ id: string }>(bench.server, buyer, {
      method: 'POST',
      target: '/v1/orders',
      body: JSON.stringify({
        reference: freshPrefix('download'), lines: [{ sku: showSkus([oneSku])[0], quantity: size.downloadCodes }], deliver: 'fetch'
      })
    })
    bench.tally.ordersAcknowledged++
    measures.set('codes downloaded per second', await fetchAll(bench, buyer, id, 'in the clear'))
    const key = await callJson<{ id: string }>(bench.server, buyer, {
      method: 'POST', target: '/v1/encryption-keys', body: JSON.stringify(encryptionKey())
    })
    measures.set('codes downloaded per second, sealed', await fetchAll(bench, buyer, id, 'sealed'))
    // What comes after is measured as it always was.
    await call(bench.server, buyer, { method: 'DELETE', target: `/v1/encryption-keys/${key.id}` })
  }
}

function encryptionKey (): object {
  const { kty, crv, x } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })
  return { reference: freshPrefix('key'), name: 'bench', jwk: { kty, crv, x } }
}

/** Fetches every code once and looks only at the last line, which says how many there were; codes per second. */
async function fetchAll ({ server, size, measures, say }: Bench, buyer: Buyer, id: string, how: string): Promise<number> {
  const memory = watchMemory(server.apiPids[0]!)
  const startedMs = performance.now()
  let end = ''
  try {
    const response = await call(server, buyer, { method: 'GET', target: `/v1/orders/${id}/codes`, accept: 'application/x-ndjson' })
    for await (const chunk of response.body!) end = (end + Buffer.from(chunk as Uint8Array).toString('latin1')).slice(-endLengthMax)
  } finally {
    memory.stop()
  }
  const { count } = JSON.parse(end.trimEnd().split('\n').at(-1)!) as { count: number }
  if (count !== size.downloadCodes) throw new Error(`${count} codes came of an order of ${size.downloadCodes}`)
  const perSecond = count / ((performance.now() - startedMs) / 1000)
  const peak = Math.max(...memory.stop())
  measures.set(`API memory, downloading ${how}`, peak)
  say(`  ${how}: ${Math.round(perSecond)} codes/s; API memory at most ${Math.round(peak / 1e6)} MB`)
  return perSecond
}

/** Room for the last line. */
const endLengthMax = 200
