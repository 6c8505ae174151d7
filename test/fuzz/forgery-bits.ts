// Each bit of signed requests flipped, one at a time: a request must then be refused, or be provably the same request.
import { setTimeout as pause } from 'node:timers/promises'
import { randomText } from '../../src/base/ids.ts'
import type { SigningKey } from '../../src/base/signature.ts'
import type { FuzzContext } from './run-type.ts'
import { fromAddress, type Stage } from './forgery-stage.ts'
import { hearOne, printCall, signedCall, type Heard, type Wish } from './forgery-wire.ts'

/** Forgeries that are under way at once. */
const atOnceMax = 48
/** How often a server that is busy is asked, with longer and longer pauses. */
const attemptsMax = 6
const busyPauseMs = 200
/** In a slice, one bit of so many is flipped, other ones by each seed; no multiple of two, so that each bit of a byte has its turn. */
const sliceStride = 9

export interface Operation {
  readonly says: string
  readonly key: SigningKey
  /** The n-th request of its kind, each as long as the others. */
  wish (n: number): Wish
  /** How many of it are sent at once, where the server takes fewer than we send. */
  readonly atOnce?: number
  /** Keeps what a request did that was carried out. */
  done? (n: number): void
}

export interface BitsOutcome {
  readonly says: string
  flipped: number
  refused: number
  /** Nothing was answered and nothing done: the server waits for bytes that never come. */
  unanswered: number
  /** Carried out as signed, by the reason why the bit does not matter. */
  readonly same: Map<string, number>
  readonly faults: string[]
}

/** The operations whose requests are forged: each way of reading a body, both algorithms, covered extra headers, a query, an operator. */
export function operationsOf ({ keys, sku, buyer, ordered, deposited }: Stage, order: string, part: string): readonly Operation[] {
  const json = ['content-type', 'application/json'] as const
  const orderBody = (reference: string) => JSON.stringify({ reference, lines: [{ sku, quantity: 1 }], deliver: 'fetch' })
  const places = (mark: string) => (n: number) => `${mark}-${String(n).padStart(6, '0')}`
  const [plain, keyed, graph, deposit] = [places('bits'), places('idem'), places('graph'), places('deposit')]
  const mutation = 'mutation($i:PlaceOrderInput!){placeOrder(input:$i){order{id}}}'
  return [
    {
      says: 'place an order, HMAC',
      key: keys.hmac,
      wish: n => ({ method: 'POST', target: '/v1/orders', fields: [json], body: orderBody(plain(n)) }),
      done: n => { ordered.add(plain(n)) }
    },
    {
      says: 'place an order, Ed25519, with Idempotency-Key and Kahub-Version',
      key: keys.ed25519,
      wish: n => ({
        method: 'POST',
        target: '/v1/orders',
        fields: [json, ['idempotency-key', keyed(n)], ['kahub-version', '2026-11-21']],
        body: orderBody(keyed(n))
      }),
      done: n => { ordered.add(keyed(n)) }
    },
    {
      says: 'place an order on the graph, HMAC',
      key: keys.hmac,
      wish: n => ({
        method: 'POST',
        target: '/graphql',
        fields: [json],
        body: JSON.stringify({ query: mutation, variables: { i: { reference: graph(n), lines: [{ sku, quantity: 1 }] } } })
      }),
      done: n => { ordered.add(graph(n)) }
    },
    {
      says: 'list orders by a query, Ed25519',
      key: keys.ed25519,
      wish: () => ({ method: 'GET', target: '/v1/orders?limit=1&reference=first' })
    },
    {
      says: 'fetch the codes of an order, HMAC',
      key: keys.hmac,
      wish: () => ({ method: 'GET', target: `/v1/orders/${order}/codes` })
    },
    {
      says: 'credit a wallet as operator, HMAC',
      key: keys.operator,
      atOnce: 8,
      wish: n => ({
        method: 'POST',
        target: `/admin/v1/resellers/${buyer.id}/deposits`,
        fields: [json],
        body: JSON.stringify({ reference: deposit(n), amount: { amount: '1', currency: 'CNY' }, reason: 'bits' })
      }),
      done: n => { deposited.add(deposit(n)) }
    },
    {
      says: 'send a part of an import as a stream, HMAC',
      key: keys.operator,
      atOnce: 2,
      wish: () => ({ method: 'PUT', target: part, fields: [['content-type', 'text/csv']], body: 'secret\nFORGED-0001\nFORGED-0002\n' })
    }
  ]
}

/** Flips the bits of an operation's requests: all of them, or a slice's share. */
export async function flipBits (operation: Operation, { urls }: Stage, { seed, extent }: FuzzContext): Promise<BitsOutcome> {
  const outcome: BitsOutcome = { says: operation.says, flipped: 0, refused: 0, unanswered: 0, same: new Map(), faults: [] }
  const make = (n: number): Buffer => {
    const call = signedCall(operation.key, operation.wish(n), { nonce: randomText(16) })
    return printCall(fromAddress(call, n))
  }
  const whole = await hearOne(urls[0], make(0))
  if (!isDone(whole)) outcome.faults.push(`${operation.says}: as signed it is not carried out (${said(whole)})`)
  else operation.done?.(0)
  const bits = make(0).length * 8
  const stride = extent === 'slice' ? sliceStride : 1
  const todo = Array.from({ length: bits }, (_, bit) => bit).filter(bit => bit % stride === seed % stride)
  await inParallel(todo, operation.atOnce ?? atOnceMax, async bit => {
    const n = bit + 1
    const bytes = make(n)
    const place = placeOf(bytes, bit >> 3)
    if (place.part === 'proxy') return
    const before = bytes[bit >> 3]!
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    const heard = await hearPatiently(urls[bit % 2]!, bytes)
    outcome.flipped++
    judge(operation, outcome, { n, bit, place, before, after: bytes[bit >> 3]! }, heard)
  })
  return outcome
}

/** A server that is busy says so, and has done nothing: it is asked again. */
async function hearPatiently (url: string, bytes: Buffer): Promise<Heard | undefined> {
  for (let attempt = 1; ; attempt++) {
    const heard = await hearOne(url, bytes)
    if (heard?.status !== 503 || attempt === attemptsMax) return heard
    await pause(attempt * busyPauseMs)
  }
}

interface Flip { readonly n: number, readonly bit: number, readonly place: Place, readonly before: number, readonly after: number }

function judge (operation: Operation, outcome: BitsOutcome, flip: Flip, heard: Heard | undefined): void {
  const { place, bit, n } = flip
  const where = `${operation.says}: bit ${bit} (${place.part} ${place.name}, ${hex(flip.before)} → ${hex(flip.after)})`
  if (heard === undefined) {
    outcome.unanswered++
    return
  }
  if (!isDone(heard)) {
    outcome.refused++
    if (heard.status < 400 || heard.status >= 500 || heard.code === undefined) outcome.faults.push(`${where} is answered ${said(heard)}`)
    return
  }
  operation.done?.(n)
  const reason = sameFor(flip)
  if (reason === undefined) outcome.faults.push(`${where} is carried out all the same`)
  else outcome.same.set(reason, (outcome.same.get(reason) ?? 0) + 1)
}

/** Why a request with this flip is the same request; undefined when nothing says so. */
function sameFor ({ place: { part, name, first }, before, after }: Flip): string | undefined {
  const otherCase = (before ^ after) === 0x20 && /[A-Za-z]/.test(String.fromCharCode(before))
  if (part === 'field name' && otherCase) return 'another case of a field\'s name: names have none (RFC 9110, 5.1)'
  if (part === 'field value' && name === 'host') return 'another Host: it is not covered, and no answer or rule depends on it'
  if (part === 'field value' && name === 'content-type' && otherCase) return 'another case of the media type: it has none (RFC 9110, 8.3.1)'
  if (part === 'field value' && name === 'content-type' && first && after === 0xa0) {
    return 'a no-break space before the media type: read as a blank'
  }
  if (part === 'field value' && name === 'content-length' && first && after === 0x30) return 'a zero before Content-Length: the same number'
  if (part === 'version' && after === 0x30) return 'HTTP/1.0 instead of 1.1: the same request on a connection that is then closed'
  return undefined
}

interface Place {
  readonly part: 'method' | 'target' | 'version' | 'line end' | 'field name' | 'field value' | 'body' | 'proxy'
  /** Of the field. */
  readonly name: string
  /** Whether it is the blank before a field's value. */
  readonly first: boolean
}

/** What stands at an offset of a request that is not yet altered. */
function placeOf (bytes: Buffer, offset: number): Place {
  const text = bytes.toString('latin1')
  const headEnd = text.indexOf('\r\n\r\n') + 4
  const place = (part: Place['part'], name = '', first = false): Place => ({ part, name, first })
  if (offset >= headEnd) return place('body')
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = text.indexOf('\r\n', lineStart)
  const line = text.slice(lineStart, lineEnd)
  if (line.startsWith('x-forwarded-for')) return place('proxy')
  if (offset >= lineEnd) return place('line end')
  if (lineStart > 0) {
    const colon = lineStart + line.indexOf(':')
    return place(offset < colon ? 'field name' : 'field value', line.slice(0, colon - lineStart), offset === colon + 1)
  }
  if (offset <= line.indexOf(' ')) return place('method')
  return place(offset < line.lastIndexOf(' ') ? 'target' : 'version')
}

/** Carried out: not refused, and on the graph without an error. */
function isDone (heard: Heard | undefined): boolean {
  return heard !== undefined && heard.status < 300 && !heard.text.includes('"errors"')
}

function said (heard: Heard | undefined): string {
  return heard === undefined ? 'not at all' : `${heard.status} ${heard.code ?? heard.text.slice(0, 100)}`
}

function hex (byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

/** Works through a list, so many at once. */
export async function inParallel<Item> (items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of left) await work(item)
  }))
}
