// The load generator: raw sockets, keep-alive, one request in flight on each, the least work per answer. It runs as a process
// of its own (drive-load.ts forks it), so that what it costs can be told from what the server costs.
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { LoadPlan, LoadResult } from './load-plan.ts'
import { percentilesOf } from './percentiles.ts'
import { prepareRequests } from './prepare-requests.ts'
import { cpuBetween, familyOf, readCpu, type CpuReading } from './process-costs.ts'

const headersEnd = Buffer.from('\r\n\r\n')
const lengthField = Buffer.from('\r\ncontent-length: ')
const readBufferBytes = 256 * 1024
const refusalCharactersMax = 600
const nsPerUs = 1_000
/** After the measured time, answers still in flight are waited for: what was sent has an outcome. */
const drainMsMax = 20_000

process.once('message', (plan: LoadPlan) => {
  send(plan).then(
    result => process.send!({ result }, () => process.exit(0)),
    error => process.send!({ error: String((error as Error).stack ?? error) }, () => process.exit(1)))
})
process.once('disconnect', () => process.exit(1))

interface Mark {
  readonly atMs: number
  readonly answers: number
  readonly api: CpuReading
  readonly worker: CpuReading
  readonly postgres: CpuReading
  readonly own: NodeJS.CpuUsage
}

/** One connection and what of its present answer is still to come. */
interface Line { readonly socket: Socket, sentAtMs: number, partial: Buffer | undefined, bodyLeft: number, status: number }

/** Sends a plan's requests over its connections and measures the time between warm-up and end. */
async function send (plan: LoadPlan): Promise<LoadResult> {
  const requests = prepareRequests(plan)
  const latenciesMs = new Float64Array(requests.length)
  const statuses: Record<string, number> = {}
  let next = 0
  let answers = 0
  let busy = 0
  let firstRefusal: string | undefined
  let start: Mark | undefined
  let end: Mark | undefined
  const drained = Promise.withResolvers<void>()
  drained.promise.catch(() => {})

  const portOf = (i: number): number => plan.ports[i % plan.ports.length]!
  const lines = await Promise.all(Array.from({ length: plan.connections }, (_, i) => openLine(plan, portOf(i), onData, drained.reject)))
  if (plan.warmUpMs === 0) start = mark()
  for (const line of lines) sendNext(line)
  const endMs = plan.warmUpMs + plan.measureMs
  const timers = [
    setTimeout(() => { start ??= mark() }, plan.warmUpMs),
    setTimeout(() => finish(), endMs),
    setTimeout(() => drained.reject(new Error(`${busy} requests had no answer ${drainMsMax} ms after the end`)), endMs + drainMsMax)
  ]
  await drained.promise
  for (const timer of timers) clearTimeout(timer)
  for (const { socket } of lines) socket.destroy()
  return resultOf()

  function sendNext (line: Line): void {
    if (next === requests.length) finish()
    if (end) return
    busy++
    line.sentAtMs = performance.now()
    line.socket.write(requests[next++]!)
  }

  function onData (line: Line, count: number, buffer: Uint8Array): void {
    if (line.bodyLeft > 0) {
      line.bodyLeft -= count
      if (line.bodyLeft === 0) onAnswer(line)
      return
    }
    const arrived = Buffer.from(buffer.buffer, buffer.byteOffset, count)
    const data = line.partial ? Buffer.concat([line.partial, arrived]) : arrived
    const head = data.indexOf(headersEnd)
    if (head < 0) {
      // The read buffer is used again for the next read.
      line.partial = Buffer.from(data)
      return
    }
    line.partial = undefined
    line.status = (data[9]! - 48) * 100 + (data[10]! - 48) * 10 + (data[11]! - 48)
    const bodyStart = head + headersEnd.length
    line.bodyLeft = bodyStart + contentLength(data, head) - data.length
    if (line.status >= 300) firstRefusal ??= data.toString('utf8', 0, refusalCharactersMax)
    if (line.bodyLeft === 0) onAnswer(line)
  }

  function onAnswer (line: Line): void {
    if (start && !end) latenciesMs[answers - start.answers] = performance.now() - line.sentAtMs
    answers++
    busy--
    statuses[line.status] = (statuses[line.status] ?? 0) + 1
    sendNext(line)
    if (end && busy === 0) drained.resolve()
  }

  function finish (): void {
    if (end) return
    end = mark()
    if (busy === 0) drained.resolve()
  }

  function mark (): Mark {
    return {
      atMs: performance.now(),
      answers,
      api: readCpu(plan.apiPids),
      worker: readCpu([plan.workerPid]),
      postgres: readCpu(familyOf(plan.postmasterPid)),
      own: process.cpuUsage()
    }
  }

  function resultOf (): LoadResult {
    if (!start || !end || end.answers === start.answers) {
      throw new Error(`nothing was measured: no answer came in the measured time, or ${requests.length} requests were too few`)
    }
    const measured = end.answers - start.answers
    const seconds = (end.atMs - start.atMs) / 1000
    const latencies = latenciesMs.subarray(0, measured).sort()
    const own = (end.own.user + end.own.system) - (start.own.user + start.own.system)
    return {
      measured,
      seconds,
      perSecond: measured / seconds,
      ...percentilesOf(latencies),
      cpuUs: {
        api: cpuBetween(start.api, end.api) / nsPerUs / measured,
        worker: cpuBetween(start.worker, end.worker) / nsPerUs / measured,
        postgres: cpuBetween(start.postgres, end.postgres) / nsPerUs / measured,
        generator: own / measured
      },
      statuses,
      firstRefusal,
      ranOut: seconds * 1000 < plan.measureMs * 0.98
    }
  }
}

type OnData = (line: Line, count: number, buffer: Uint8Array) => void

function openLine ({ host }: LoadPlan, port: number, onData: OnData, onFailure: (error: Error) => void): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (count, buffer) => { onData(line, count, buffer as Uint8Array); return true } }
    })
    const line: Line = { socket, sentAtMs: 0, partial: undefined, bodyLeft: 0, status: 0 }
    socket.once('connect', () => resolve(line))
    socket.on('error', error => { reject(error); onFailure(error) })
    socket.once('end', () => onFailure(new Error('the server closed a connection')))
  })
}

/** One buffer for all sockets: each read is dealt with before the next begins. */
const readBuffer = Buffer.allocUnsafe(readBufferBytes)

function contentLength (data: Buffer, headEnd: number): number {
  const field = data.indexOf(lengthField)
  if (field < 0 || field > headEnd) throw new Error('the generator reads answers with a content-length only')
  let length = 0
  for (let i = field + lengthField.length; data[i]! >= 48 && data[i]! <= 57; i++) length = length * 10 + data[i]! - 48
  return length
}
