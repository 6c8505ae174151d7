import type { Bench } from '../bench.ts'
import { findPgbench, openBaseline, pgbenchShapes, runPgbench, versionOf } from '../pgbench.ts'

export const baselinesName = 'pgbench'
export const baselinesSay = 'an order in a transaction of its own, on the same PostgreSQL, before our server runs'
const clientCounts = [8, 32]

/** Measures what a transaction per order gives, the best over the counts of clients, and keeps it. */
export async function measureBaselines ({ ending, ground, size, measures, notes, say }: Omit<Bench, 'server'>): Promise<void> {
  const file = await findPgbench()
  if (file === undefined) {
    notes.push('pgbench was not found (on Debian: `apt install postgresql-contrib`), so what is compared with it is left out.')
    return say('  pgbench was not found; on Debian: apt install postgresql-contrib')
  }
  notes.push(`Baselines by ${await versionOf(file)}.`)
  await openBaseline(ground, { wallets: size.resellers, skus: size.skus })
  for (const shape of pgbenchShapes) {
    for (const clients of clientCounts) {
      await ground.owner`checkpoint`
      const run = { file, shape, clients, seconds: size.seconds, wallets: size.resellers, skus: size.skus }
      const perSecond = await runPgbench(ending, ground, run)
      measures.set(`pgbench, ${shape}`, Math.max(perSecond, measures.get(`pgbench, ${shape}`) ?? 0))
      say(`  pgbench, ${shape}, ${clients} clients: ${Math.round(perSecond)}/s`)
    }
  }
}
