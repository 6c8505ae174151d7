import { fileURLToPath } from 'node:url'
import { sendLoad, type Bench, type Load, type Scenario } from '../bench.ts'
import type { Server } from '../ground.ts'
import { openBaseline } from '../pgbench.ts'
import { residentBytes } from '../process-costs.ts'
import { startProcess } from '../start-process.ts'

export const plainOrders = 'plain Fastify: orders, 64 connections'
export const plainNothing = 'plain Fastify: a route that does nothing, 64 connections'

const connections = 64
const file = fileURLToPath(new URL('../plain-server.ts', import.meta.url))

export const plain: Scenario = {
  name: 'plain',
  says: 'a plain Fastify server, one process: unsigned orders of five statements in a transaction each, and a route that does nothing',
  async contestants (bench) {
    const { size } = bench
    await openBaseline(bench.ground, { wallets: size.resellers, skus: size.skus })
    const server = await startPlain(bench)
    const orders = { connections, load: { kind: 'plain orders', wallets: size.resellers, skus: size.skus }, signers: [] } as const
    const nothing = { connections, load: { kind: 'pages', target: '/nothing', headers: {} }, signers: [] } as const
    const send = (load: Load) => sendLoad({ ...bench, server }, load)
    for (const load of [nothing, orders]) await send({ ...load, seconds: size.warmServerSeconds / 2 })
    return [
      {
        name: plainOrders,
        rounds: 'all',
        async measure () {
          const result = await send(orders)
          bench.measures.set('plain Fastify memory under load', residentBytes(server.apiPids[0]!))
          return result
        }
      },
      { name: plainNothing, rounds: 'some', measure: () => send(nothing) }
    ]
  }
}

async function startPlain ({ ending, ground, server: { workerPid } }: Bench): Promise<Server> {
  const { match, pid, stop } = await startProcess(ending, {
    name: 'the plain server',
    words: [file],
    environment: { DATABASE_URL: ground.url },
    ready: /^plain server at http:\/\/([\d.]+):(\d+)/
  })
  return { host: match[1]!, ports: [Number(match[2])], apiPids: [pid], workerPid, stop }
}
