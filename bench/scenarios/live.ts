// The counters of buyers' pages: thousands follow what is left of a link, on connections of their own, and stock is sold. How long it
// takes from the moment the sale is asked for (before it is committed) until the last of them is told, and what it costs the server.
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { showId } from '../../src/base/ids.ts'
import { leftStreamsPerNetworkMax, leftStreamsPerProcessMax } from '../../src/api/live/stream-left.ts'
import type { Bench, Scenario } from '../bench.ts'
import { cpuBetween, readCpu } from '../process-costs.ts'
import { currency, freshPrefix } from '../shop.ts'
import { callJson } from '../signed-call.ts'

export const toldLast = 'a sale told to the last of 5,000 viewers'
export const toldHalf = 'a sale told to half of 5,000 viewers'
export const toldCpu = 'CPU to tell 5,000 viewers of a sale'

const viewersCount = leftStreamsPerProcessMax
/** Fewer than one network may have, so that the limit is not what is measured. */
const viewersPerNetwork = leftStreamsPerNetworkMax - 100
const connectingAtOnce = 200
/** What is bought one after the other of so many pieces on the shelf: each leads to another step of the counter. */
const pieces = 50
const sales = [1, 40, 5, 4]
const rounds = 4
const waitMsMax = 20_000
const pollMs = 2
const retailPrice = '120.00'

export const live: Scenario = {
  name: 'live',
  says: `${viewersCount} viewers of one link, on as many connections, are told of a sale`,
  async run (bench) {
    const { measures, say, server, shop } = bench
    const skuId = await shop.newSku(pieces)
    const sku = showId('sku', skuId)
    const reference = freshPrefix('live')
    const body = JSON.stringify({ reference, title: 'Live', skus: [{ sku, retail_price: { amount: retailPrice, currency } }] })
    const { slug } = await callJson<{ slug: string }>(server, shop.buyers[0]!, { method: 'POST', target: '/v1/links', body })
    const crowd = await openCrowd(bench, `/l/${slug}/left`)
    try {
      await crowd.hears('"left":"plenty"')
      const last: number[] = []
      const half: number[] = []
      const cpu: number[] = []
      for (let round = 0; round < rounds; round++) {
        for (const [i, quantity] of sales.entries()) {
          const cpuBefore = readCpu(server.apiPids)
          const told = crowd.hears(`"left":"${steps[i]}"`)
          const askedMs = performance.now()
          await buy(bench, `${reference}-${round}-${i}`, sku, quantity)
          const times = (await told).map(at => at - askedMs).sort((a, b) => a - b)
          last.push(times.at(-1)!)
          half.push(times[Math.floor(times.length / 2)]!)
          cpu.push(cpuBetween(cpuBefore, readCpu(server.apiPids)))
        }
        const filled = crowd.hears('"left":"plenty"')
        await shop.fillShelves([skuId], pieces)
        await filled
      }
      measures.set(toldLast, Math.max(...last))
      measures.set(toldHalf, median(half))
      measures.set(toldCpu, median(cpu) / 1e6)
      say(`  ${last.length} sales, each to ${viewersCount} viewers: half of them after ${median(half).toFixed(0)} ms, the last after ` +
        `${median(last).toFixed(0)} ms (worst ${Math.max(...last).toFixed(0)} ms); ${(median(cpu) / 1e6).toFixed(0)} ms of CPU`)
    } finally {
      crowd.close()
    }
  }
}

/** The steps that the sales lead to. */
const steps = ['below_50', 'below_10', 'last_few', 'none']

async function buy ({ server, shop, tally }: Bench, reference: string, sku: string, quantity: number): Promise<void> {
  const body = JSON.stringify({ reference, lines: [{ sku, quantity }] })
  await callJson(server, shop.buyers[0]!, { method: 'POST', target: '/v1/orders', body })
  tally.ordersAcknowledged++
}

interface ViewerCrowd {
  /** When each of them heard a text next, once all have. */
  hears (text: string): Promise<readonly number[]>
  close (): void
}

/** Opens as many bare connections as there are viewers, from as many networks as that takes. */
async function openCrowd ({ server }: Bench, path: string): Promise<ViewerCrowd> {
  const sockets: Socket[] = []
  const heard = new Map<Socket, string>()
  const wanted: { text: string, count: number, readonly at: Float64Array } = { text: '', count: 0, at: new Float64Array(viewersCount) }
  const fail: { why: string | undefined } = { why: undefined }

  for (let i = 0; i < viewersCount; i++) {
    const localAddress = `127.0.${1 + Math.floor(i / viewersPerNetwork)}.1`
    const socket = connect({ host: server.host, port: server.ports[i % server.ports.length]!, localAddress, noDelay: true })
    socket.setEncoding('latin1')
    socket.once('error', error => { fail.why ??= String(error) })
    socket.once('close', () => { fail.why ??= `a viewer was hung up on: ${heard.get(socket)?.slice(0, 200)}` })
    socket.on('data', (chunk: string) => {
      heard.set(socket, chunk)
      if (wanted.at[i] === 0 && chunk.includes(wanted.text) && wanted.text !== '') {
        wanted.at[i] = performance.now()
        wanted.count++
      }
    })
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${server.host}\r\nuser-agent: Mozilla/5.0 (bench)\r\naccept: text/event-stream\r\n\r\n`)
    sockets.push(socket)
    if (i % connectingAtOnce === connectingAtOnce - 1) await until(() => heard.size > i - connectingAtOnce)
  }
  await until(() => heard.size === viewersCount)

  return {
    async hears (text) {
      wanted.text = text
      wanted.count = 0
      wanted.at.fill(0)
      // What stands there already was heard.
      for (const [i, socket] of sockets.entries()) {
        if (!heard.get(socket)!.includes(text)) continue
        wanted.at[i] = performance.now()
        wanted.count++
      }
      await until(() => wanted.count === viewersCount)
      return [...wanted.at]
    },
    close () {
      fail.why = 'closed'
      for (const socket of sockets) socket.destroy()
    }
  }

  async function until (holds: () => boolean): Promise<void> {
    for (let waitedMs = 0; !holds(); waitedMs += pollMs) {
      if (fail.why !== undefined) throw new Error(fail.why)
      if (waitedMs > waitMsMax) throw new Error(`not every viewer was told within ${waitMsMax} ms`)
      await pause(pollMs)
    }
  }
}

function median (values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
