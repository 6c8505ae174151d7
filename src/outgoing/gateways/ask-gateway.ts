// One request to a payment gateway: one deadline over the whole of it, nothing followed, nothing repeated, an answer of bounded size,
// no proxy from the environment. What the SDKs sign and read goes this one way.
import { Agent, request as send } from 'undici'
import { GatewayFailure } from '../../base/gateway.ts'

export const askMsMax = 10_000
export const answerBytesMax = 256 * 1024
const connectMsMax = 4_000
const keepAliveMs = 4_000
const connectionsMax = 32

export interface GatewayRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface GatewayReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export type AskGateway = (request: GatewayRequest) => Promise<GatewayReply>

/** Opens the way to one gateway. `msMax`: how long a request may take, from the connecting to the last byte. */
export function openAsking (msMax: number = askMsMax): AskGateway {
  const agent = new Agent({
    connections: connectionsMax,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: Math.min(connectMsMax, msMax) }
  })
  return async ({ method, url, headers, body }) => {
    try {
      const { statusCode, headers: answered, body: stream } = await send(url, {
        method, headers, body: body ?? null, dispatcher: agent, signal: AbortSignal.timeout(msMax)
      })
      const chunks: Buffer[] = []
      let bytes = 0
      for await (const chunk of stream) {
        bytes += (chunk as Buffer).length
        if (bytes > answerBytesMax) throw new GatewayFailure('unreachable', 'the answer is too large')
        chunks.push(chunk as Buffer)
      }
      return { status: statusCode, headers: answered, text: Buffer.concat(chunks).toString('utf8') }
    } catch (error) {
      throw error instanceof GatewayFailure ? error : new GatewayFailure('unreachable', whyUnreachable(error))
    }
  }
}

/** A word for what went wrong, and nothing that was sent. */
function whyUnreachable (error: unknown): string {
  const { name, code } = error as { name?: string, code?: string }
  if (name === 'TimeoutError' || name === 'AbortError') return 'it did not answer in time'
  return code !== undefined && /^[A-Z0-9_]{1,40}$/.test(code) ? `it cannot be reached (${code})` : 'it cannot be reached'
}

/** A code of a gateway as it may stand in a message: letters, digits, and what joins them; anything else is left out. */
export function gatewayCode (code: unknown): string {
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : 'no code'
}
