import { measureLoad, type Scenario } from '../bench.ts'

export const ping: Scenario = {
  name: 'ping',
  says: 'the signed route that does nothing',
  async run (bench) {
    for (const connections of [64, 256]) {
      await measureLoad(bench, `ping, ${connections} connections`, { connections, load: { kind: 'reads', targets: ['/v1/ping'] } })
    }
  }
}
