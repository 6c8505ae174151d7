// What the SDK costs above the least that a signed call can be: fetch, with a signature made by hand. Both are run by this process,
// turn by turn, so that what else the machine does falls on both; the CPU is that of all threads.
import { createHmac, randomUUID } from 'node:crypto'
import { Kahub } from '../../sdk/src/index.ts'
import type { Bench, Scenario } from '../bench.ts'
import type { Signer } from '../load-plan.ts'

/** Measures: CPU per call in microseconds. */
export const sdkCallCpu = 'CPU of a call through the SDK'
export const bareCallCpu = 'CPU of a call by fetch, signed by hand'

const turns = 40
const callsPerTurn = 150
const warmUpCalls = 1_500

export const sdk: Scenario = {
  name: 'sdk',
  says: 'a call through the SDK beside fetch with a signature made by hand',
  async run (bench) {
    const { bare, sdk } = await measureOverhead(`http://${bench.server.host}:${bench.server.ports[0]}`, bench.shop.buyers[0]!)
    tell(bench, bareCallCpu, bare)
    tell(bench, sdkCallCpu, sdk)
  }
}

function tell (bench: Bench, name: string, cpuUs: number): void {
  bench.measures.set(name, cpuUs)
  bench.say(`  ${name}: ${cpuUs.toFixed(1)} µs`)
}

/** CPU per call in microseconds, each the lower quartile of its turns: what else the machine does only adds. */
export async function measureOverhead (url: string, { keyId, secret }: Pick<Signer, 'keyId' | 'secret'>): Promise<{ readonly bare: number, readonly sdk: number }> {
  const kahub = new Kahub({ baseUrl: url, keyId, secret })
  const ways = { bare: () => pingByHand(url, keyId, secret), sdk: () => kahub.me.ping() }
  const used: Record<keyof typeof ways, number[]> = { bare: [], sdk: [] }
  for (const call of Object.values(ways)) for (let i = 0; i < warmUpCalls; i++) await call()
  for (let turn = 0; turn < turns; turn++) {
    for (const way of ['bare', 'sdk'] as const) {
      const before = process.cpuUsage()
      for (let i = 0; i < callsPerTurn; i++) await ways[way]()
      const { user, system } = process.cpuUsage(before)
      used[way].push((user + system) / callsPerTurn)
    }
  }
  return { bare: lowerQuartile(used.bare), sdk: lowerQuartile(used.sdk) }
}

async function pingByHand (url: string, keyId: string, secret: string): Promise<unknown> {
  const params = `("@method" "@path" "@query");created=${Math.floor(Date.now() / 1000)};keyid="${keyId}";nonce="${randomUUID()}";alg="hmac-sha256"`
  const base = `"@method": GET\n"@path": /v1/ping\n"@query": ?\n"@signature-params": ${params}`
  const signature = createHmac('sha256', secret).update(base).digest('base64')
  const response = await fetch(`${url}/v1/ping`, { headers: { 'signature-input': `sig1=${params}`, signature: `sig1=:${signature}:` } })
  if (!response.ok) throw new Error(`the call made by hand was refused: ${response.status} ${await response.text()}`)
  return await response.json()
}

function lowerQuartile (values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)]!
}
