// Receivers of callbacks, each with a manner of its own, who write down what arrives, from whom, and what they answered.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openJournal } from '../judge/journal.ts'
import type { Client } from './client.ts'
import type { Rig } from './open-rig.ts'
import { grouped } from './outcome.ts'

/** good: takes all. flapping: refuses every third once. failing, reset and hole take nothing. */
export type Manner = 'good' | 'flapping' | 'failing' | 'reset' | 'hole'

export interface Receiver {
  readonly endpoint: string
  readonly manner: Manner
  /** Whose it is: the client's place. */
  readonly owner: number
  /** Sequences it took. */
  readonly taken: Set<number>
  /** Callbacks it took more than once. */
  repeated: number
}

export interface Receivers {
  readonly all: readonly Receiver[]
  /** What no honest sender sends. */
  readonly wrong: readonly string[]
  /** Makes an endpoint that is called here. */
  add (client: Client, owner: number, manner: Manner): Promise<Receiver>
}

/** Whether an endpoint of this manner takes nothing. */
export function isDead (manner: Manner): boolean {
  return manner !== 'good' && manner !== 'flapping'
}

/** How much was taken, in words. */
export function showTaken (receivers: readonly Receiver[]): string {
  const taken = receivers.reduce((sum, receiver) => sum + receiver.taken.size, 0)
  const repeated = receivers.reduce((sum, receiver) => sum + receiver.repeated, 0)
  return `${grouped(taken)} taken, ${grouped(repeated)} of them again`
}

interface Listening extends Receiver { readonly secret: Buffer, readonly refused: Set<string>, requests: number }

const toleranceSeconds = 300
const flappingEvery = 3
/** Callbacks under way at once to an endpoint, as it asks for. */
const concurrency = 40

/** Opens receivers; they close when the run ends. */
export async function openReceivers (rig: Rig): Promise<Receivers> {
  const journal = openJournal(rig.journals, 'receivers')
  const byPath = new Map<string, Listening>()
  const wrong: string[] = []
  const all: Receiver[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.once('end', () => receive(byPath.get(request.url!), request, Buffer.concat(chunks).toString(), response))
    request.once('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  rig.ending.add(() => {
    server.closeAllConnections()
    server.close()
    journal.close()
  })

  function receive (receiver: Listening | undefined, request: IncomingMessage, text: string, response: ServerResponse): void {
    if (!receiver) return void response.writeHead(404).end()
    const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(name => String(request.headers[`webhook-${name}`]))
    const expected = createHmac('sha256', receiver.secret).update(`${id}.${timestamp}.${text}`).digest('base64')
    const signed = signatures!.split(' ').includes(`v1,${expected}`)
    const { id: event, endpoint, sequence, type } = JSON.parse(text)
    if (!signed) wrong.push(`${receiver.endpoint} ${id}: its signature does not hold`)
    if (endpoint !== receiver.endpoint) wrong.push(`${receiver.endpoint} ${id}: it is for ${endpoint}`)
    const answered = answerOf(receiver, id!, Math.abs(Date.now() / 1000 - Number(timestamp)))
    journal.write({ kind: 'received', atMs: Date.now(), endpoint: receiver.endpoint, event, sequence, type, signed, answered })
    if (answered === 204) {
      if (receiver.taken.has(sequence)) receiver.repeated++
      receiver.taken.add(sequence)
    }
    if (answered === 0) return receiver.manner === 'reset' ? void request.socket.destroy() : undefined
    response.writeHead(answered).end()
  }

  return {
    all,
    wrong,
    async add (client, owner, manner) {
      const path = `/${byPath.size + 1}`
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
      const body = { reference: `at ${path}`, url, concurrency_max: concurrency }
      const { json } = await client.ask({ method: 'POST', target: '/v1/endpoints', body })
      const secret = Buffer.from(json.secret.replace('whsec_', ''), 'base64')
      const receiver: Listening = {
        endpoint: json.id, manner, owner, taken: new Set(), repeated: 0, secret, refused: new Set(), requests: 0
      }
      byPath.set(path, receiver)
      all.push(receiver)
      return receiver
    }
  }
}

/** The status; 0: no answer. A clock that is wrong by too much is refused, as any receiver would. */
function answerOf (receiver: Listening, id: string, ageSeconds: number): number {
  if (receiver.manner === 'hole' || receiver.manner === 'reset') return 0
  if (receiver.manner === 'failing') return 500
  if (ageSeconds > toleranceSeconds) return 401
  if (receiver.manner === 'flapping' && receiver.requests++ % flappingEvery === 0 && !receiver.refused.has(id)) {
    receiver.refused.add(id)
    return 503
  }
  return 204
}
