import { orderLoad, sendLoad, type Bench, type Scenario } from '../bench.ts'
import { narrowServer, widenServer } from '../ground.ts'
import { race, type Contestant } from '../race.ts'
import { warmServer } from '../warm-up.ts'

export const apiCounts = [1, 2, 4] as const

const connections = 256

/** The name of the load by so many API processes. */
export function processesLoad (apis: number): string {
  return `orders by ${apis} API process${apis === 1 ? '' : 'es'}, ${connections} connections`
}

export const processes: Scenario = {
  name: 'processes',
  says: `the same orders by ${apiCounts.join(', ')} API processes on this machine`,
  async run (bench) {
    const { ending, ground, server, size } = bench
    const most = Math.max(...apiCounts)
    const wide = await widenServer(ending, ground, server, Math.max(0, most - server.ports.length))
    await warmServer({ ...bench, server: wide })
    const contestants = apiCounts.map((apis): Contestant => {
      const narrowed: Bench = { ...bench, server: narrowServer(wide, apis) }
      return {
        name: processesLoad(apis),
        rounds: 'all',
        sells: bench.shop.skus,
        measure: () => sendLoad(narrowed, { connections, load: orderLoad('processes', bench.shop.skus) })
      }
    })
    await race({ ...bench, size: { ...size, rounds: size.roundsOfSome } }, contestants)
    await wide.stop()
  }
}
