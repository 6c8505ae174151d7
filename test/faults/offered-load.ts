// An open-loop generator, as a process of its own: requests go out when they are due, whatever became of those before, as a crowd sends
// them. Each takes a connection that is free, or opens one.
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { LoadPlan } from '../../bench/load-plan.ts'
import { prepareRequests } from '../../bench/prepare-requests.ts'

export interface Offer {
  readonly plan: LoadPlan
  readonly perSecond: number
  readonly ms: number
}

export interface Heard {
  readonly sent: number
  /** Orders acknowledged, and of those the ones within the time of the offer. */
  readonly acknowledged: number
  readonly inTime: number
  readonly statuses: Readonly<Record<string, number>>
  /** 503 and 429 without Retry-After. */
  readonly dishonest: number
  /** Requests whose connection ended, or that had no answer long after the end. */
  readonly unanswered: number
  readonly connections: number
  readonly longestMs: number
  readonly firstOdd: string | undefined
}

const tickMs = 4
const drainMsMax = 30_000
const drainLookMs = 50
/** Of those who wait, each has a connection: more of them than a server would queue. */
export const connectionsMax = 14_000

interface Line { readonly socket: Socket, readonly place: number, buffer: string, dueMs: number, busy: boolean }

process.once('message', (offer: Offer) => {
  offerLoad(offer).then(
    heard => process.send!({ heard }, () => process.exit(0)),
    error => process.send!({ error: String(error.stack) }, () => process.exit(1)))
})
process.once('disconnect', () => process.exit(1))

async function offerLoad ({ plan, perSecond, ms }: Offer): Promise<Heard> {
  const requests = prepareRequests(plan)
  const free: Line[] = []
  const waiting: number[] = []
  const statuses: Record<string, number> = {}
  const counts = { sent: 0, answered: 0, broken: 0 }
  let acknowledged = 0
  let inTime = 0
  let dishonest = 0
  let opened = 0
  let longestMs = 0
  let firstOdd: string | undefined
  const startedMs = performance.now()
  const now = (): number => performance.now() - startedMs

  for (let due = 0; now() < ms; await pause(tickMs)) {
    for (const owed = Math.min(requests.length, Math.floor(now() * perSecond / 1000)); due < owed; due++) send(now())
  }
  for (const until = now() + drainMsMax; counts.answered + counts.broken < counts.sent && now() < until;) await pause(drainLookMs)
  const { sent, answered } = counts
  return { sent, acknowledged, inTime, statuses, dishonest, unanswered: sent - answered, connections: opened, longestMs, firstOdd }

  function send (dueMs: number): void {
    const line = free.pop() ?? (opened < connectionsMax ? open() : undefined)
    if (line) put(line, dueMs)
    else waiting.push(dueMs)
  }

  function put (line: Line, dueMs: number): void {
    line.busy = true
    line.dueMs = dueMs
    line.socket.write(requests[counts.sent++]!)
  }

  function open (): Line {
    const socket = connect({ host: plan.host, port: plan.ports[opened++ % plan.ports.length]!, noDelay: true })
    const line: Line = { socket, place: opened, buffer: '', dueMs: 0, busy: false }
    socket.setEncoding('latin1').on('data', text => hear(line, text as unknown as string))
    socket.on('error', error => { firstOdd ??= String(error) })
    socket.once('close', () => {
      if (line.busy) counts.broken++
      const at = free.indexOf(line)
      if (at >= 0) free.splice(at, 1)
    })
    return line
  }

  function hear (line: Line, text: string): void {
    line.buffer += text
    const head = line.buffer.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(line.buffer)
    if (line.buffer.length < head + 4 + Number(length?.[1] ?? 0)) return
    const status = line.buffer.slice(9, 12)
    statuses[status] = (statuses[status] ?? 0) + 1
    if ((status === '503' || status === '429') && !/\r\nretry-after: \d+/i.test(line.buffer.slice(0, head + 2))) dishonest++
    else if (!['201', '503', '429'].includes(status)) firstOdd ??= line.buffer.slice(0, 600)
    const at = now()
    counts.answered++
    longestMs = Math.max(longestMs, at - line.dueMs)
    if (status === '201') {
      acknowledged++
      if (at <= ms) inTime++
    }
    line.buffer = ''
    line.busy = false
    const next = waiting.shift()
    if (next !== undefined && at < ms) put(line, next)
    else free.push(line)
  }
}
