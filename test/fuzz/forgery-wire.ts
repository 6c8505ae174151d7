// Requests as bytes, so that any of them can be made wrong; and what comes back on a socket of its own.
import { createHmac, sign as signBytes } from 'node:crypto'
import { connect } from 'node:net'
import { contentDigest } from '../../src/base/digest.ts'
import { randomText } from '../../src/base/ids.ts'
import { sign, signatureBase, type SigningKey } from '../../src/base/signature.ts'

/** Nobody is waited for longer than this after the last byte: what is not answered then waits for more bytes itself. */
const silenceMsMax = 10_000
/** How long more is listened after an answer, when no number of answers is wanted: what else is done, the database will tell. */
const afterwordMsMax = 300
const answerMsMax = 20_000

export type Field = readonly [name: string, value: string]

/** A request before it is written down; header fields in the order in which they are sent. */
export interface Call {
  readonly method: string
  readonly target: string
  readonly fields: readonly Field[]
  readonly body: string
}

export interface Wish {
  readonly method: string
  readonly target: string
  readonly fields?: readonly Field[]
  readonly body?: string
}

export interface Heard {
  readonly status: number
  readonly text: string
  /** The code of a refusal. */
  readonly code: string | undefined
}

/** A signed request; `created` is seconds since 1970. */
export function signedCall (key: SigningKey, wish: Wish, { created = nowS(), nonce = randomText(16) } = {}): Call {
  const { method, target, fields = [], body = '' } = wish
  const signed = sign({ method, target, headers: Object.fromEntries(fields), body }, key, { created, nonce })
  const typed: Field[] = body === '' ? [] : [['content-length', String(Buffer.byteLength(body))]]
  return { method, target, fields: [['host', 'kahub.example'], ...fields, ...Object.entries(signed), ...typed], body }
}

/** A request with a genuine signature over what and with what parameters its maker likes, well-formed or not. */
export function signedWith (
  key: SigningKey, { method, target, fields = [], body = '' }: Wish, components: readonly string[], parameters: string
): Call {
  const digest: Field[] = body === '' ? [] : [['content-digest', contentDigest(body)]]
  const length: Field[] = body === '' ? [] : [['content-length', String(Buffer.byteLength(body))]]
  const headers = Object.fromEntries([...fields, ...digest])
  const params = `(${components.map(component => `"${component}"`).join(' ')})${parameters}`
  const base = signatureBase({ components, params }, { method, target, headers })
  const bytes = key.algorithm === 'ed25519'
    ? signBytes(null, Buffer.from(base), key.privateKey)
    : createHmac('sha256', key.secret).update(base).digest()
  const signature: Field[] = [['signature-input', `sig1=${params}`], ['signature', `sig1=:${bytes.toString('base64')}:`]]
  return { method, target, fields: [['host', 'kahub.example'], ...fields, ...digest, ...signature, ...length], body }
}

/** A request that nobody signed; each character of its body is a byte. */
export function fromWish ({ method, target, fields = [], body = '' }: Wish): Call {
  const length: Field[] = body === '' ? [] : [['content-length', String(body.length)]]
  return { method, target, fields: [['host', 'kahub.example'], ...fields, ...length], body }
}

/** The request as it is sent. */
export function printCall ({ method, target, fields, body }: Call): Buffer {
  const head = [`${method} ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

/** The same call with other fields: a text instead of one, null instead of one that is taken away; new ones come last. */
export function withFields (call: Call, changes: Readonly<Record<string, string | null>>): Call {
  const kept = call.fields.flatMap(([name, value]): Field[] => {
    const change = changes[name]
    return change === null ? [] : [[name, change ?? value]]
  })
  const added = Object.entries(changes).filter(([name, value]) => value !== null && !call.fields.some(([own]) => own === name))
  return { ...call, fields: [...kept, ...added as Field[]] }
}

/** What a field of a call says. */
export function fieldOf (call: Call, name: string): string {
  return call.fields.find(([own]) => own === name)?.[1] ?? ''
}

/** Sends bytes and gives the first answer; undefined when nothing was answered. */
export async function hearOne (url: string, bytes: Buffer): Promise<Heard | undefined> {
  return (await hearAll(url, bytes, 1))[0]
}

/** Sends bytes on a connection of their own and gives all that is answered: so many, or until it is closed or silent. */
export function hearAll (url: string, bytes: Buffer, answersMax = Infinity): Promise<readonly Heard[]> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), hostname)
    let told = Buffer.alloc(0)
    let silence: NodeJS.Timeout | undefined
    const end = (): void => {
      clearTimeout(silence)
      clearTimeout(patience)
      socket.destroy()
      resolve(answersIn(told))
    }
    const patience = setTimeout(end, answerMsMax)
    const listen = (): void => {
      clearTimeout(silence)
      silence = setTimeout(end, answersMax === Infinity && answersIn(told).length > 0 ? afterwordMsMax : silenceMsMax)
    }
    socket.on('error', end).once('close', end).once('connect', () => {
      socket.write(bytes, listen)
    })
    socket.on('data', chunk => {
      told = Buffer.concat([told, chunk])
      if (answersIn(told).length >= answersMax) end()
      else listen()
    })
  })
}

/** The whole answers at the beginning of what was heard; one whose length is not told ends with its last chunk. */
function answersIn (told: Buffer): Heard[] {
  const answers: Heard[] = []
  let text = told.toString('latin1')
  for (let head = headOf(text); head; head = headOf(text)) {
    const rest = text.slice(head.length)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    const last = rest.indexOf('0\r\n\r\n')
    const chunked = /\r\ntransfer-encoding: *chunked/i.test(head) ? (last < 0 ? Infinity : last + 5) : 0
    const size = length !== undefined ? Number(length) : chunked
    if (rest.length < size) break
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
    const body = rest.slice(0, size)
    if (status >= 200) answers.push({ status, text: body, code: /"code":"([a-z_]+)"/.exec(status >= 400 ? body : '')?.[1] })
    text = rest.slice(size)
  }
  return answers
}

function headOf (text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n')
  return end < 0 ? undefined : text.slice(0, end + 4)
}

/** Seconds since 1970. */
export function nowS (): number {
  return Math.floor(Date.now() / 1_000)
}
