// One signed request, made again where that is safe. Every operation of the generated client ends here.
import { abortedBy, connectionFailed, readError, readJson, requestIdOf, tooLate, type CallFacts } from './answers.ts'
import { Call, type WithResponse } from './call.ts'
import { ArgumentError, KahubError } from './errors.ts'
import { contractVersion } from './generated/version.ts'
import { readLogger, type Log } from './log.ts'
import {
  readBaseUrl, readDecryptionKeys, readRetriesMax, readSigningKey, readTimeoutMs, refuseBrowser, type KahubOptions
} from './options.ts'
import { isRepeatable, isUnsent, waitBeforeRetry } from './retries.ts'
import { openerWith, openOrder, openPage, type Opener } from './sealed.ts'
import { concealed } from './secret.ts'
import { contentDigest, signatureHeaders, type SigningKey } from './signing.ts'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST' | 'PATCH'

/** What any call can be told besides its content. */
export interface CallOptions {
  /** Sent along; Idempotency-Key and Kahub-… headers are covered by the signature. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Ends the call, its waiting and its retries. */
  readonly signal?: AbortSignal | undefined
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs?: number | undefined
  /** How often the call is repeated where that is safe, 0 to 10. */
  readonly retriesMax?: number | undefined
}

export type QueryValue = string | number | boolean | null | undefined

export interface RequestOptions extends CallOptions {
  /** What stands for {…} in the path; encoded, and never able to leave its segment. */
  readonly path?: Readonly<Record<string, string | number>> | undefined
  /** A list is sent as the same name several times; what is undefined or null is left out. */
  readonly query?: object | undefined
  /** Bytes, or a promise of them, are sent as they are; anything else as JSON. */
  readonly body?: unknown
  /** The answer is text, such as CSV, and given as such. */
  readonly as?: 'text' | undefined
  /** Set by the generated clients: where codes stand in the answer. They are opened if they are sealed, and made Secret. */
  readonly codes?: 'page' | 'order' | 'there' | undefined
}

/** What only this SDK may ask of a connection. */
export const internals = Symbol('internals')

export interface Internals {
  readonly opener: Opener
  /** How often what was cut may be resumed without getting further. */
  retriesMax (options: CallOptions): number
  wait (ms: number, signal: AbortSignal | undefined): Promise<void>
}

/** The connection to one server with one key. What the generated clients are made of, and raw access beside them. */
export class Connection {
  readonly baseUrl: string
  readonly keyId: string
  readonly #key: SigningKey
  readonly #timeoutMs: number
  readonly #retriesMax: number
  readonly #fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly #clock: () => number
  readonly #pause: (ms: number) => Promise<void>
  readonly #log: Log
  readonly #opener: Opener

  constructor (options: KahubOptions) {
    refuseBrowser(options)
    this.baseUrl = readBaseUrl(options)
    this.#key = readSigningKey(options)
    this.keyId = this.#key.keyId
    this.#timeoutMs = readTimeoutMs(options.timeoutMs)
    this.#retriesMax = readRetriesMax(options.retriesMax)
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init))
    this.#clock = options.clock ?? Date.now
    this.#log = readLogger(options.logger)
    this.#opener = openerWith(readDecryptionKeys(options))
    this.#pause = options.pause ?? (ms => new Promise(resolve => { setTimeout(resolve, ms) }))
  }

  /**
   * The parsed JSON of any operation; undefined when the answer has no body. `path` starts with a slash, as in /v1/me.
   * A POST is repeated only when its body or query has a `reference` or an Idempotency-Key header is given, or nothing was sent.
   * Codes are given as they came: in the clear, or sealed.
   */
  request<Answer = unknown> (method: Method, path: string, options: RequestOptions = {}): Call<Answer> {
    return new Call(form => this.#send(method, path, options, form))
  }

  /** The response of any operation, its body unread; answers other than 2xx are thrown as errors. timeoutMs ends at the headers. */
  requestRaw (method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
    return this.request(method, path, options).asResponse()
  }

  /** For the rest of this SDK. */
  get [internals] (): Internals {
    return {
      opener: this.#opener,
      retriesMax: options => options.retriesMax === undefined ? this.#retriesMax : readRetriesMax(options.retriesMax),
      wait: (ms, signal) => this.#wait(ms, signal)
    }
  }

  /** What may be shown of a connection; the key is not. */
  toJSON (): { baseUrl: string, keyId: string } {
    return { baseUrl: this.baseUrl, keyId: this.keyId }
  }

  [Symbol.for('nodejs.util.inspect.custom')] (): string {
    return `${this.constructor.name} { baseUrl: '${this.baseUrl}', keyId: '${this.keyId}' }`
  }

  async #send (method: Method, path: string, options: RequestOptions, form: 'read' | 'unread'): Promise<WithResponse<unknown>> {
    const prepared = await this.#prepare(method, path, options)
    const retriesMax = this[internals].retriesMax(options)
    for (let retry = 0; ; retry++) {
      try {
        const response = await this.#attempt(prepared, form, options)
        return form === 'unread' ? response : { ...response, data: await this.#open(response.data, options) }
      } catch (error) {
        if (!(error instanceof KahubError)) throw error
        const { code, status, requestId } = error
        const unsent = isUnsent(error)
        const waitMs = retry < retriesMax && (prepared.repeatable || unsent) ? waitBeforeRetry(error, retry) : undefined
        const line = { method, path: prepared.path, attempt: retry + 1, code, status, requestId, reference: prepared.reference }
        if (waitMs === undefined) {
          this.#log('warn', 'failed', line)
          throw error
        }
        this.#log('info', 'is tried again', { ...line, waitMs })
        prepared.doubtful ||= !unsent
        await this.#wait(waitMs, prepared.signal)
      }
    }
  }

  async #open (answer: unknown, { codes, query }: RequestOptions): Promise<unknown> {
    if (codes === undefined) return answer
    if (codes === 'order') return concealed(await openOrder(this.#opener, answer))
    const { offset = 0, taken = 0 } = (query ?? {}) as { offset?: number, taken?: number }
    return concealed(await openPage(this.#opener, answer, offset + taken))
  }

  async #prepare (method: Method, path: string, options: RequestOptions): Promise<Prepared> {
    if (!path.startsWith('/')) throw new ArgumentError('path starts with a slash, as in /v1/me.')
    const { query, timeoutMs, signal } = options
    const url = new URL(this.baseUrl + withQuery(withSegments(path, options.path), query))
    const body = bytesOf(await options.body)
    const headers = ownHeaders(options, body)
    if (body !== undefined && body.length > 0) headers['content-digest'] = await contentDigest(body)
    const reference = referenceIn(options.body) ?? referenceIn(query) ?? headers['idempotency-key']?.replace(/^"(.*)"$/, '$1')
    return {
      method,
      path: path.split('?', 1)[0]!,
      url,
      headers,
      covered: Object.entries(headers).filter(([name]) => /^(content-digest|idempotency-key|kahub-.*)$/.test(name)),
      body,
      reference,
      repeatable: isRepeatable(method, reference),
      doubtful: false,
      timeoutMs: timeoutMs === undefined ? this.#timeoutMs : readTimeoutMs(timeoutMs),
      signal
    }
  }

  /** One attempt, with a signature and a nonce of its own. */
  async #attempt (prepared: Prepared, form: 'read' | 'unread', { as }: RequestOptions): Promise<WithResponse<unknown>> {
    const { method, path, url, headers, covered, body, timeoutMs, signal } = prepared
    const facts = () => this.#factsOf(prepared)
    if (signal?.aborted) throw abortedBy(signal, facts())
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    try {
      const parts = { method, path: url.pathname, query: url.search || '?', headers: covered }
      const startedMs = this.#clock()
      const signature = await signatureHeaders(this.#key, parts, { createdS: Math.floor(startedMs / 1000), nonce: crypto.randomUUID() })
      const sent = { ...headers, ...signature }
      this.#log('debug', 'is sent', { method, path, headers: sent })
      const response = await this.#fetch(url.href, {
        method,
        headers: sent,
        // Followed, a redirect would carry the signed request to an address that nobody chose.
        redirect: 'manual',
        // It goes on ending a response whose body is still to be read, and adds nothing to the caller's signal that would have to be removed.
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
        ...(body === undefined ? {} : { body })
      })
      const requestId = requestIdOf(response)
      this.#log('debug', 'is answered', { method, path, status: response.status, requestId, afterMs: this.#clock() - startedMs })
      if (!response.ok) throw await readError(response, facts())
      const data = form === 'unread' ? undefined : as === 'text' ? await response.text() : await readJson(response, facts())
      return { data, response, requestId }
    } catch (error) {
      if (signal?.aborted) throw abortedBy(signal, facts())
      if (late.signal.aborted) throw tooLate(`The answer did not come within ${timeoutMs} ms`, facts())
      throw error instanceof KahubError ? error : connectionFailed(error, facts())
    } finally {
      clearTimeout(timer)
    }
  }

  async #wait (waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return this.#pause(waitMs)
    if (signal.aborted) return
    let end = () => {}
    const ended = new Promise<void>(resolve => { end = resolve })
    signal.addEventListener('abort', end, { once: true })
    await Promise.race([this.#pause(waitMs), ended])
    signal.removeEventListener('abort', end)
  }

  #factsOf ({ reference, repeatable, doubtful }: Prepared): CallFacts {
    return { reference, repeatable, doubtful, now: this.#clock(), url: this.baseUrl }
  }
}

/** The body or query of a creating call with a reference: the caller's own, or one made here. */
export function withReference<Body extends object> (body: Body, options: CallOptions | undefined): Body & { reference?: string } {
  const hasKey = given(options?.headers).some(([name]) => name.toLowerCase() === 'idempotency-key')
  // One that is no text, such as a number, is the caller's own all the same: the server refuses it, and nothing is bought twice.
  if ((body as { readonly reference?: unknown }).reference != null || hasKey) return body
  return { ...body, reference: `sdk_${crypto.randomUUID().replaceAll('-', '')}` }
}

/** A request as far as it is the same in every attempt. */
interface Prepared {
  readonly method: Method
  readonly path: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly covered: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array<ArrayBuffer> | undefined
  readonly reference: string | undefined
  readonly repeatable: boolean
  /** An attempt may have been carried out. */
  doubtful: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

const text = new TextEncoder()

function bytesOf (body: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer> | undefined
  return text.encode(JSON.stringify(body))
}

function ownHeaders (options: RequestOptions, body: Uint8Array | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: options.as === 'text' ? 'text/*' : 'application/json' }
  // The answers are those that the types were made for.
  if (contractVersion !== undefined) headers['kahub-version'] = contractVersion
  if (body !== undefined) headers['content-type'] = body === options.body ? 'application/octet-stream' : 'application/json'
  // Headers refuses what cannot be sent, lowers the names and trims the values, as the receiver of the signature will.
  new Headers(given(options.headers)).forEach((value, name) => { headers[name] = value })
  return headers
}

/** Headers without those that are undefined, which Headers would send as that word. */
function given (headers: RequestOptions['headers']): Array<[string, string]> {
  return Object.entries(headers ?? {}).filter(([, value]) => value !== undefined)
}

/** A path with its values, each as one segment; refuses what a URL would read as a step up or as nothing. */
function withSegments (path: string, values: RequestOptions['path']): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = String(values?.[name] ?? '')
    if (['', '.', '..'].includes(value)) throw new ArgumentError(`${JSON.stringify(value)} cannot be part of an address.`)
    return encodeURIComponent(value)
  })
}

function withQuery (path: string, query: object | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, given]: [string, unknown]) => (Array.isArray(given) ? given : [given])
    .filter(value => value !== undefined && value !== null).map(value => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`))
  return pairs.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`
}

function referenceIn (body: unknown): string | undefined {
  const { reference } = (body ?? {}) as { readonly reference?: unknown }
  return typeof reference === 'string' ? reference : undefined
}
