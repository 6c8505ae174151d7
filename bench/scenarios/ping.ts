import { sendLoad, type Bench, type Scenario } from '../bench.ts'
import type { Contestant } from '../race.ts'

/** The name of the load, by connections and API processes. */
export function pingLoad (connections: number, apis = 1): string {
  return `ping, ${connections} connections${apis === 1 ? '' : `, ${apis} API processes`}`
}

export const ping: Scenario = {
  name: 'ping',
  says: 'the signed route that does nothing',
  contestants: async bench => [
    pinging(bench, 64, 'all'),
    pinging({ ...bench, server: bench.doubled }, 64, 'all'),
    pinging(bench, 256, 'some')
  ]
}

function pinging (bench: Bench, connections: number, rounds: Contestant['rounds']): Contestant {
  return {
    name: pingLoad(connections, bench.server.ports.length),
    rounds,
    measure: () => sendLoad(bench, { connections, load: { kind: 'reads', targets: ['/v1/ping'] } })
  }
}
