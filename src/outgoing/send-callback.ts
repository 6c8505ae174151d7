// Sends one callback over the guarded connection and tells what became of it; it never throws. Nothing is followed, nothing is
// read beyond a limit, and the whole of it, from the look-up of the name to the last byte of the answer, has one deadline.
import { Agent, type Dispatcher } from 'undici'
import { readCallbackUrl, type CallbackRules } from '../base/callback-url.ts'
import { guardedConnector, openResolver, type Resolve } from './guard-address.ts'

export const sendMsMax = 15_000
export const answerBytesMax = 64 * 1024
export const answerHeaderBytesMax = 16 * 1024
/** What is kept of an answer for the log: its headers, then the beginning of its body. */
const keptHeaderCharsMax = 700
const keptBodyCharsMax = 300
const keepAliveMs = 4_000
const keepAliveMsMax = 30_000

/** Why an attempt failed; the last three before anything was sent. */
export type SendError =
  'url_not_allowed' | 'address_not_allowed' | 'name_not_found' | 'connection_refused' | 'connection_lost' | 'connect_timeout' |
  'timeout' | 'tls_failed' | 'headers_too_large' | 'invalid_answer' | 'stopped' | 'signing_failed' | 'event_expired' |
  'body_too_large'

export interface OutgoingCallback {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer has a status; whatever went wrong before its end has an error, and may have both. */
export interface SendOutcome {
  readonly status: number | null
  readonly error: SendError | null
  readonly answerHead: string
  /** What the header Retry-After asks for, in milliseconds from now. */
  readonly retryAfterMs: number | null
  readonly startedAt: Date
  readonly durationMs: number
}

export interface Sender {
  send (callback: OutgoingCallback): Promise<SendOutcome>
  /** Cuts what is under way and ends. */
  close (): Promise<void>
}

export interface SenderOptions {
  readonly rules: CallbackRules
  readonly resolve?: Resolve
  readonly authorities?: string
  /** How long one callback may take, in milliseconds. */
  readonly msMax?: number
}

/** Opens a sender: it keeps connections to each origin alive for a short while and uses no proxy, whatever the environment says. */
export function openSender ({ rules, resolve = openResolver(), authorities, msMax = sendMsMax }: SenderOptions): Sender {
  const agent = new Agent({
    connect: guardedConnector({ rules, resolve, authorities }),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: answerHeaderBytesMax,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMsMax,
    // The deadline of the whole is the only one; these would be coarser.
    headersTimeout: 0,
    bodyTimeout: 0
  })
  const underway = new Set<() => void>()
  return {
    async send ({ url: text, headers, body }) {
      const startedAt = new Date()
      const read = readCallbackUrl(text, rules)
      if ('refusal' in read) return { status: null, error: 'url_not_allowed', answerHead: '', retryAfterMs: null, startedAt, durationMs: 0 }
      const url = new URL(read.url)
      const began = performance.now()
      const request = { origin: url.origin, path: url.pathname + url.search, method: 'POST', headers, body } as const
      const answer = await exchange(agent, request, msMax, underway)
      return {
        status: answer.status,
        error: answer.error,
        answerHead: headOf(answer),
        retryAfterMs: retryAfterOf(answer.headers['retry-after'], Date.now()),
        startedAt,
        durationMs: Math.round(performance.now() - began)
      }
    },
    async close () {
      for (const cut of underway) cut()
      await agent.destroy()
    }
  }
}

interface Heard {
  status: number | null
  error: SendError | null
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

function exchange (agent: Agent, request: Dispatcher.DispatchOptions, msMax: number, underway: Set<() => void>): Promise<Heard> {
  return new Promise(resolve => {
    const heard: Heard = { status: null, error: null, headers: {}, body: '' }
    let controller: Dispatcher.DispatchController | undefined
    let settled = false
    let bytes = 0

    const settle = (error: SendError | null): void => {
      if (settled) return
      settled = true
      clearTimeout(deadline)
      underway.delete(cut)
      heard.error = error
      resolve(heard)
    }
    const giveUp = (error: SendError | null): void => {
      settle(error)
      controller?.abort(new Error('enough was heard'))
    }
    const cut = (): void => giveUp('stopped')
    const deadline = setTimeout(() => giveUp('timeout'), msMax)
    underway.add(cut)

    agent.dispatch(request, {
      onRequestStart (started) {
        controller = started
        // The deadline passed, or the process stopped, while the connection was being made.
        if (settled) started.abort(new Error('it is too late'))
      },
      onResponseStart (_controller, status, headers) {
        if (status < 200) return
        heard.status = status
        heard.headers = headers
      },
      onResponseData (_controller, chunk) {
        if (heard.body.length < keptBodyCharsMax) heard.body += chunk.subarray(0, keptBodyCharsMax).toString('utf8')
        bytes += chunk.length
        if (bytes > answerBytesMax) giveUp(null)
      },
      onResponseEnd () { settle(null) },
      onResponseError (_controller, error) { settle(errorOf(error)) }
    })
  })
}

/** The word for what a connection or an answer failed with; of several addresses tried, the first tells. */
function errorOf (error: Error): SendError {
  const { code = '', errors } = error as { code?: string, errors?: readonly Error[] }
  const word = errorWords[code]
  if (word !== undefined) return word
  if (errors?.[0]) return errorOf(errors[0])
  if (/^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code)) return 'tls_failed'
  return error.name === 'HTTPParserError' ? 'invalid_answer' : 'connection_lost'
}

const errorWords: Readonly<Record<string, SendError>> = {
  address_not_allowed: 'address_not_allowed',
  ENOTFOUND: 'name_not_found',
  ENODATA: 'name_not_found',
  EBADNAME: 'name_not_found',
  ESERVFAIL: 'name_not_found',
  EREFUSED: 'name_not_found',
  ETIMEOUT: 'name_not_found',
  ENONAME: 'name_not_found',
  ECONNREFUSED: 'connection_refused',
  EHOSTUNREACH: 'connection_refused',
  ENETUNREACH: 'connection_refused',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'headers_too_large',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  UND_ERR_RESPONSE_EXCEEDED_MAX_SIZE: 'invalid_answer',
  UND_ERR_DESTROYED: 'stopped',
  UND_ERR_CLOSED: 'stopped'
}

function headOf ({ headers, body }: Heard): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`).join('\n').slice(0, keptHeaderCharsMax)
  return storable(body === '' ? lines : `${lines}\n\n${body.slice(0, keptBodyCharsMax)}`)
}

/** Without what a text column cannot hold, or a terminal should not be shown. */
function storable (text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ').toWellFormed()
}

/** Reads Retry-After: seconds, or a date (RFC 9110 §10.2.3). */
function retryAfterOf (value: string | string[] | undefined, nowMs: number): number | null {
  const text = Array.isArray(value) ? value[0]! : value
  if (text === undefined) return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
