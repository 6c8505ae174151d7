// Requests made and signed before a race begins, so that sending one is a write; and the two ways of sending many.
import { setTimeout as pause } from 'node:timers/promises'
import { randomText } from '../../src/base/ids.ts'
import { hmacKey, sign } from '../../src/base/signature.ts'
import type { Sent, SentLine } from '../judge/journal.ts'
import type { Actor, Answer } from '../support/house.ts'
import type { ClientJournal } from './client-journal.ts'
import { openWire, type Wire } from './wire.ts'

/** A request as bytes, for one door: the address of an API process. */
export interface Ready {
  readonly door: string
  readonly bytes: Buffer
  /** What the journal says of it; purchases are written down, other requests are not. */
  readonly order?: Omit<Sent, 'kind' | 'atMs'>
  /** The same, signed anew: for when it was answered that it may be sent again. */
  again (): Ready
}

export interface Call { readonly method: string, readonly target: string, readonly body?: unknown }

/** Signs a call with a nonce of its own. */
export function ready (actor: Actor, door: string, { method, target, body }: Call): Ready {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const typed: Record<string, string> = text === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }
  const { keyId: id, secret } = actor.credentials
  const signed = sign({ method, target, headers: typed, ...(text !== undefined && { body: text }) },
    { id, algorithm: 'hmac-sha256', secret: hmacKey(secret) }, { created: Math.floor(Date.now() / 1000), nonce: randomText(16) })
  const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }
  const bytes = bytesOf(method, target, door, { ...typed, ...signed, ...length }, text)
  return { door, bytes, again: () => ready(actor, door, { method, target, body }) }
}

/** A request nobody signs, as a buyer's browser sends it. */
export function form (door: string, target: string, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>): Ready {
  const text = new URLSearchParams(fields).toString()
  const typed = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(text) }
  const made: Ready = { door, bytes: bytesOf('POST', target, door, { ...headers, ...typed }, text), again: () => made }
  return made
}

export interface OrderBody { readonly reference: string, readonly lines: readonly SentLine[], readonly [member: string]: unknown }

/** An order, signed; `differs` when its reference is on purpose one that stands for something else. */
export function readyOrder (
  buyer: Actor & { readonly id: string }, door: string, body: OrderBody, more: { readonly differs?: true } = {}
): Ready {
  const { reference, lines } = body
  const order = { reseller: buyer.id, reference, lines, ...more }
  return { ...ready(buyer, door, { method: 'POST', target: '/v1/orders', body }), order, again: () => readyOrder(buyer, door, body, more) }
}

/** Sends all over so many connections to each door, each connection its next request as soon as its last is answered. */
export async function storm (journal: ClientJournal, requests: readonly Ready[], wiresPerDoor: number): Promise<Answer[]> {
  const answers: Answer[] = new Array(requests.length)
  const doors = Map.groupBy(requests.entries(), ([, { door }]) => door)
  await Promise.all([...doors].flatMap(([door, queue]) => Array.from({ length: wiresPerDoor }, async () => {
    const wire = await openWire(door)
    try {
      for (let next = queue.pop(); next; next = queue.pop()) answers[next[0]] = await send(journal, wire, next[1])
    } finally {
      wire.close()
    }
  })))
  return answers
}

async function send (journal: ClientJournal, wire: Wire, request: Ready): Promise<Answer> {
  journal.sent(request.order)
  const answer = wire.answer()
  wire.write(request.bytes).catch(() => {})
  return await settle(journal, wire, request, await answer)
}

const sendingsMax = 20

/** Writes down what was answered; what a machine at its limit could not take (503) is sent again, as its answer says. */
async function settle (journal: ClientJournal, wire: Wire, request: Ready, first: Answer): Promise<Answer> {
  let answer = journal.heard(request.order, first)
  for (let sendings = 1; answer.status === 503 && sendings < sendingsMax; sendings++) {
    await pause(retryPauseMs)
    const again = request.again()
    journal.sent(again.order)
    const next = wire.answer()
    wire.write(again.bytes).catch(() => {})
    answer = journal.heard(again.order, await next)
  }
  return answer
}

const retryPauseMs = 200

/** Sends each over a connection of its own: all of it but the last byte, and when all have gone so far, all last bytes in one go. */
export async function atOnce (journal: ClientJournal, requests: readonly Ready[]): Promise<Answer[]> {
  const wires = await Promise.all(requests.map(({ door }) => openWire(door)))
  try {
    const answers = wires.map(wire => wire.answer())
    await Promise.all(wires.map((wire, i) => wire.write(requests[i]!.bytes.subarray(0, -1))))
    for (const { order } of requests) journal.sent(order)
    for (const [i, wire] of wires.entries()) wire.write(requests[i]!.bytes.subarray(-1)).catch(() => {})
    return await Promise.all(answers.map(async (answer, i) => settle(journal, wires[i]!, requests[i]!, await answer)))
  } finally {
    for (const wire of wires) wire.close()
  }
}

function bytesOf (
  method: string, target: string, door: string, headers: Readonly<Record<string, string | number>>, text: string | undefined
): Buffer {
  const fields = Object.entries({ host: new URL(door).host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${fields}\r\n${text ?? ''}`)
}
