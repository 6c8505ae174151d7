// A client as a careful reseller would write one: it signs every attempt anew, writes down what it buys before it sends and what it
// heard after, and asks again under the same reference until it has an answer to what it asked.
import { createHash } from 'node:crypto'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import type { Buyer } from '../../bench/shop.ts'
import type { Signer } from '../../bench/load-plan.ts'
import { randomText, showId } from '../../src/base/ids.ts'
import { hmacKey, sign, type SigningKey } from '../../src/base/signature.ts'
import type { Journal, SentLine } from '../judge/journal.ts'
import type { Door } from './open-rig.ts'
import type { Random } from './random.ts'

export interface Answer { readonly status: number, readonly headers: IncomingHttpHeaders, readonly text: string, readonly json: any }

export interface Asking {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly target: string
  /** JSON, unless it is text or bytes. */
  readonly body?: unknown
  readonly contentType?: string
}

export interface Purchase {
  readonly reference: string
  readonly lines: readonly SentLine[]
  /** What else stands in the order. */
  readonly more?: object
  readonly differs?: boolean
}

/** What all clients of a run came to. */
export interface Tally {
  /** Orders that were acknowledged, each once: who bought, and under which reference. */
  readonly acknowledged: Set<string>
  /** Sendings whose connection ended, or that took too long. */
  unheard: number
  /** References whose outcome was not known, and then was. */
  settled: number
  /** Answers by status and code. */
  readonly answers: Map<string, number>
  /** What no honest server answers. */
  readonly unexpected: string[]
}

export interface Client {
  /** Asks until the answer is one to what was asked. */
  ask (asking: Asking): Promise<Answer>
  /** Places an order, journalled; gives its answer. */
  buy (purchase: Purchase): Promise<Answer>
}

export interface ClientWish {
  readonly signer: Signer | Buyer
  readonly doors: readonly Door[]
  readonly random: Random
  readonly tally: Tally
  readonly journal: Journal
  /** How long one question may go unanswered, however often it is asked. */
  readonly patienceMs?: number
  /** When the run is over, whatever is still asked is given up. */
  readonly over: AbortSignal
}

export const newTally = (): Tally => ({ acknowledged: new Set(), unheard: 0, settled: 0, answers: new Map(), unexpected: [] })

const attemptMsMax = 8_000
const patienceMsDefault = 180_000
const nonceBytes = 16
const againMs = [20, 250] as const
const connectionsPerDoorMax = 256
/** These speak of the request as it arrived; the client knows that it sent a good one, and that its clock is right. */
const aboutTheWay = new Set([400, 401, 404, 405, 406, 408, 411, 413, 414, 415, 417, 421, 425, 426, 429, 431, 501, 505])

/** Opens a client; connections are kept for all clients of the same doors. */
export function openClient ({ signer, doors, random, tally, journal, patienceMs = patienceMsDefault, over }: ClientWish): Client {
  const key: SigningKey = { id: signer.keyId, algorithm: 'hmac-sha256', secret: hmacKey(signer.secret) }
  const reseller = 'resellerId' in signer ? showId('reseller', signer.resellerId) : ''
  const count = (what: string): void => { tally.answers.set(what, (tally.answers.get(what) ?? 0) + 1) }

  async function until (asking: Asking, hear: Hear): Promise<Answer> {
    for (const lateMs = Date.now() + patienceMs; ;) {
      if (over.aborted) throw new Error('the run is over')
      hear.before?.()
      const answer = await exchange(random.pick(doors), key, asking).catch((error: Error) => error)
      if (answer instanceof Error) {
        const refused = (answer as { code?: string }).code === 'ECONNREFUSED'
        if (!refused) tally.unheard++
        hear.unheard?.(answer.message, refused ? 'never sent' : 'sent')
      } else if (!over.aborted) {
        count(`${answer.status} ${answer.json?.code ?? ''}`.trim())
        hear.heard?.(answer)
        if (isAnswer(answer, asking)) return answer
        const odd = oddityOf(answer)
        if (odd !== undefined) tally.unexpected.push(`${odd}: ${asking.method} ${pathOf(asking)} ${answer.json?.code ?? ''}`)
      }
      if (Date.now() > lateMs) {
        const last = answer instanceof Error ? answer.message : answer.text
        throw new Error(`${asking.method} ${asking.target} found no answer in ${patienceMs} ms, the last: ${last}`)
      }
      await pause(random.between(...againMs))
    }
  }

  return {
    ask: asking => until(asking, {}),
    async buy ({ reference, lines, more, differs }) {
      let open = 0
      const answer = await until({ method: 'POST', target: '/v1/orders', body: { reference, lines, ...more } }, {
        before: () => journal.write({ kind: 'sent', atMs: Date.now(), reseller, reference, lines, ...(differs && { differs }) }),
        unheard (reason, went) {
          if (went === 'sent') open++
          journal.write({ kind: 'unheard', atMs: Date.now(), reseller, reference, reason })
        },
        heard (answer) {
          if (answer.status >= 500) open++
          journal.write({ kind: 'heard', atMs: Date.now(), reseller, reference, ...factsOf(answer) })
        }
      })
      if (open > 0) tally.settled++
      if (answer.status < 300) tally.acknowledged.add(`${reseller} ${reference}`)
      return answer
    }
  }
}

interface Hear { before? (): void, heard? (answer: Answer): void, unheard? (reason: string, went: 'sent' | 'never sent'): void }

/** What no server answers that is honest about its trouble. */
function oddityOf ({ status, headers }: Answer): string | undefined {
  if (status === 503 && headers['retry-after'] === undefined) return '503 without Retry-After'
  return status === 500 ? '500' : undefined
}

/** The path without ids, so that the same oddity is told once. */
function pathOf ({ target }: Asking): string {
  return target.replace(/\?.*/, '').replace(/[a-z]+_[0-9a-z]{26}/g, '…')
}

/** What a journal keeps of an answer; of codes only their hashes. */
function factsOf ({ status, headers, json }: Answer) {
  if (status >= 300) return { status, ...(json?.code !== undefined && { code: json.code as string }) }
  const lines: ReadonlyArray<{ codes?: ReadonlyArray<{ secret: string }> }> = json.lines ?? []
  const codes = lines.some(line => line.codes) ? lines.flatMap(line => line.codes ?? []).map(({ secret }) => hashOf(secret)) : undefined
  return {
    status,
    ...(headers['idempotent-replayed'] !== undefined && { replayed: true }),
    order: json.id as string,
    state: json.state as string,
    total: json.total as string,
    currency: json.currency as string,
    ...(codes && { codes })
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

function isAnswer ({ status, json }: Answer, { target, body }: Asking): boolean {
  if (status >= 500 || (aboutTheWay.has(status) && json?.code !== 'not_found')) return false
  // 404 says that an id is nobody's; ids asked for here were answered before.
  if (status === 404) return false
  const asked = target === '/v1/orders' ? (body as { reference?: string } | undefined)?.reference : undefined
  return status >= 300 || asked === undefined || json?.reference === asked
}

const agents = new WeakMap<Door, Agent>()

function exchange (door: Door, key: SigningKey, { method, target, body, contentType }: Asking): Promise<Answer> {
  const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const headers: Record<string, string> = sign(
    { method, target, headers: {}, body: bytes }, key, { created: Math.floor(Date.now() / 1000), nonce: randomText(nonceBytes) })
  if (bytes !== undefined) {
    headers['content-type'] = contentType ?? 'application/json'
    headers['content-length'] = String(Buffer.byteLength(bytes))
  }
  let agent = agents.get(door)
  if (!agent) {
    const wish = { keepAlive: true, maxSockets: connectionsPerDoorMax }
    agent = door.certificate === undefined ? new Agent(wish) : new TlsAgent({ ...wish, ca: door.certificate }) as unknown as Agent
    agents.set(door, agent)
  }
  const send = door.certificate === undefined ? httpRequest : httpsRequest
  return new Promise((resolve, reject) => {
    const request = send({ agent, host: door.host, port: door.port, method, path: target, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        try {
          const json = text !== '' && /\bjson\b/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined
          resolve({ status: response.statusCode!, headers: response.headers, text, json })
        } catch {
          reject(new Error('the answer is not the JSON that it says'))
        }
      })
    })
    const timer = setTimeout(() => request.destroy(new Error(`no answer in ${attemptMsMax} ms`)), attemptMsMax)
    request.once('close', () => {
      clearTimeout(timer)
      reject(new Error('the connection closed'))
    })
    request.once('error', reject)
    request.end(bytes)
  })
}
