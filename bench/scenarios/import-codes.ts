import { newId, showId } from '../../src/base/ids.ts'
import type { Bench, Scenario } from '../bench.ts'
import { watchMemory } from '../process-costs.ts'
import { codesAsCsv } from '../shop.ts'
import { callJson } from '../signed-call.ts'

/** 34 bytes a line: 6.8 MB, within the 8 MiB of a part. */
const codesPerPart = 200_000

export const importCodes: Scenario = {
  name: 'import',
  says: 'codes imported through the API in signed parts of CSV, from opening to commit',
  async run (bench) {
    // The first import warms up: a server that has just started takes codes in at half its pace.
    await importOnce(bench, codesPerPart)
    const { server, size, measures, say, ground } = bench
    await ground.owner`checkpoint`
    const memory = watchMemory(server.apiPids[0]!)
    const startedMs = performance.now()
    const sentMs = await importOnce(bench, size.importCodes).finally(() => memory.stop())
    const perSecond = size.importCodes / ((sentMs - startedMs) / 1000)
    const samples = memory.stop()
    const middle = Math.ceil(samples.length / 2)
    measures.set('codes imported per second', perSecond)
    measures.set('API memory, first half of the import', Math.max(...samples.slice(0, middle)))
    measures.set('API memory, second half of the import', Math.max(...samples.slice(middle)))
    say(`  ${Math.round(perSecond)} codes/s; API memory at most ${Math.round(Math.max(...samples) / 1e6)} MB`)
  }
}

interface ImportAnswer { readonly id: string, readonly state: string, readonly codes: number }

/** Imports fresh codes; answers when the last answer came. Making the files is part of the client, and small. */
async function importOnce ({ shop, server }: Bench, codes: number): Promise<number> {
  const { operator } = shop
  const unitCost = { amount: '90.00', currency: 'CNY' }
  const opening = { reference: newId(), sku: showId('sku', shop.oneSku), unit_cost: unitCost, supplier: 'bench' }
  const made = await callJson<ImportAnswer>(server, operator, {
    method: 'POST',
    target: '/admin/v1/imports',
    body: JSON.stringify(opening)
  })
  for (let part = 1, left = codes; left > 0; part++, left -= codesPerPart) {
    await callJson(server, operator, {
      method: 'PUT',
      target: `/admin/v1/imports/${made.id}/parts/${part}`,
      contentType: 'text/csv',
      body: codesAsCsv(Math.min(left, codesPerPart))
    })
  }
  const committed = await callJson<ImportAnswer>(server, operator, { method: 'POST', target: `/admin/v1/imports/${made.id}/commit` })
  const endedMs = performance.now()
  if (committed.state !== 'committed' || committed.codes !== codes) {
    throw new Error(`the import ended ${committed.state} with ${committed.codes} of ${codes} codes`)
  }
  return endedMs
}
