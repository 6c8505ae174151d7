import type { Bench, Scenario } from '../bench.ts'
import { findPgbench, fillTpcb, openBaseline, orderShapes, runPgbench, versionOf, wellKnownShapes, type OrderShape } from '../pgbench.ts'
import type { Contestant } from '../race.ts'

const clientCounts = [8, 32]
/** How long each count of clients is tried before the race. */
const trySeconds = 1

/** The name of a shape's load. */
export function pgbenchLoad (shape: OrderShape): string {
  return `pgbench: ${shape}`
}

export const baselines: Scenario = {
  name: 'pgbench',
  says: 'an order in a transaction of its own, on the same PostgreSQL, of five statements and of one call; and what pgbench knows itself',
  async contestants (bench) {
    const { ground, size, notes, say } = bench
    const file = await findPgbench()
    if (file === undefined) {
      notes.push('pgbench was not found (on Debian: `apt install postgresql-contrib`), so what is compared with it is left out.')
      say('  pgbench was not found; on Debian: apt install postgresql-contrib')
      return []
    }
    await openBaseline(ground, { wallets: size.resellers, skus: size.skus })
    const contestants: Contestant[] = []
    for (const shape of orderShapes) {
      const clients = await bestClients(bench, file, shape)
      notes.push(`pgbench, ${shape}: ${clients} clients, the better of ${clientCounts.join(' and ')}.`)
      const order = { file, shape, clients, seconds: size.seconds }
      contestants.push({ name: pgbenchLoad(shape), rounds: 'all', measure: () => runPgbench(bench, order) })
    }
    return contestants
  },
  async run (bench) {
    const file = await findPgbench()
    if (file === undefined) return
    bench.notes.push(`Baselines by ${await versionOf(file)}.`)
    await fillTpcb(bench, file)
    for (const shape of wellKnownShapes) {
      const { perSecond } = await runPgbench(bench, { file, shape, clients: clientCounts[0]!, seconds: bench.size.seconds })
      bench.measures.set(`pgbench -b ${shape}, per second`, perSecond)
      bench.say(`  pgbench -b ${shape}: ${Math.round(perSecond)}/s`)
    }
  }
}

async function bestClients (bench: Bench, file: string, shape: OrderShape): Promise<number> {
  const tried: { readonly clients: number, readonly perSecond: number }[] = []
  for (const clients of clientCounts) {
    tried.push({ clients, perSecond: (await runPgbench(bench, { file, shape, clients, seconds: trySeconds })).perSecond })
  }
  return tried.toSorted((a, b) => b.perSecond - a.perSecond)[0]!.clients
}
