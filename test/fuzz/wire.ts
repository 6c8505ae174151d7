// One request over a bare socket, signed as it is: whatever stands in it, the signature fits, so that it reaches the handler.
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { randomText } from '../../src/base/ids.ts'
import { sign } from '../../src/base/signature.ts'

export interface Signer { readonly keyId: string, readonly secret: string }

export interface Asked {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  /** Who signs it; undefined is nobody. */
  readonly signer: Signer | undefined
}

export interface Told {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly type: string
  readonly text: string
}

export interface Wire {
  /** The server it leads to. */
  readonly url: string
  /** Sends a request and reads its answer; of a stream what came within `streamMsMax`. Throws when no answer comes in time. */
  send (asked: Asked): Promise<Told>
  close (): void
}

const answerMsMax = 20_000
const streamMsMax = 300

/** A line to a server, its connections kept. */
export function openWire (url: string): Wire {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(url)
  return {
    url,
    send: asked => exchange({ agent, hostname, port }, asked),
    close: () => agent.destroy()
  }
}

function exchange (place: { readonly agent: Agent, readonly hostname: string, readonly port: string }, asked: Asked): Promise<Told> {
  const { method, target, body } = asked
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...place, method, path: target, headers: headersOf(asked), timeout: answerMsMax }, response => {
      const chunks: Buffer[] = []
      const type = response.headers['content-type'] ?? ''
      const told = () => resolve({ status: response.statusCode!, headers: response.headers, type, text: Buffer.concat(chunks).toString() })
      response.on('data', chunk => chunks.push(chunk))
      response.once('end', told)
      response.once('error', reject)
      if (!type.startsWith('text/event-stream')) return
      const timer = setTimeout(() => { told(); request.destroy() }, streamMsMax)
      response.once('close', () => clearTimeout(timer))
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${answerMsMax} ms`)))
    request.once('error', reject)
    request.end(body)
  })
}

/** What is sent with a request: its own headers, those of its body and its signature. */
export function headersOf ({ method, target, headers, body, signer }: Asked): Record<string, string> {
  const measured = body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
  if (!signer) return measured
  const key = { id: signer.keyId, algorithm: 'hmac-sha256', secret: signer.secret } as const
  const once = { created: Math.floor(Date.now() / 1000), nonce: randomText(16) }
  return { ...measured, ...sign({ method, target, headers, body }, key, once) }
}

/** The request as someone would type it; signed by hand with `npx kahub sign`. */
export function asCurl ({ method, target, headers, body, signer }: Asked): string {
  const fields = Object.entries(headers).map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`).join('')
  const data = body === undefined ? '' : ` --data-binary ${quoted(shown(body))}`
  return `curl -X ${method} ${quoted(target)}${fields}${data}${signer ? ` # signed by ${signer.keyId}` : ''}`
}

const shownBytesMax = 1_500

function shown (body: string | Buffer): string {
  const text = typeof body === 'string' ? body : body.toString('latin1')
  return text.length <= shownBytesMax ? text : `${text.slice(0, shownBytesMax)}… (${text.length} in all)`
}

function quoted (text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
