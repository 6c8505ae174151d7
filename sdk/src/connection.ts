// One signed request, made again where that is safe. Every operation of the generated client ends here.
import { abortedBy, connectionFailed, outcomeAdvice, readError, readJson, retryAfterSeconds, type CallFacts } from './answers.ts'
import { ArgumentError, KahubError, TimeoutError } from './errors.ts'
import { readBaseUrl, readDecryptionKeys, readRetriesMax, readSigningKey, readTimeoutMs, type KahubOptions } from './options.ts'
import { isRepeatable, waitBeforeRetry } from './retries.ts'
import { openerWith, openOrder, openPage, type Opener } from './sealed.ts'
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
  /** A list is sent as the same name several times; what is undefined or null is left out. */
  readonly query?: object | undefined
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
  /** Set by the generated clients: in which form the answer may be sealed, so that it is opened. Raw requests give it as it came. */
  readonly sealed?: 'page' | 'order' | undefined
}

/** What only this SDK may ask of a connection. */
export const internals = Symbol('internals')

export interface Internals {
  readonly opener: Opener
  /** How often what was cut may be resumed without getting further. */
  retriesMax (options: CallOptions): number
  wait (ms: number, signal: AbortSignal | undefined): Promise<void>
  /** The parsed JSON of a GET, with the time after which to ask again, if the server names one. */
  poll<Answer> (path: string, options: RequestOptions): Promise<Polled<Answer>>
}

export interface Polled<Answer> { readonly answer: Answer, readonly retryAfterSeconds: number | undefined }

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
  readonly #contractVersion: string | undefined
  readonly #opener: Opener

  /** `contractVersion` is sent as Kahub-Version: the answers are then those the types were made for. */
  constructor (options: KahubOptions, contractVersion?: string) {
    this.baseUrl = readBaseUrl(options)
    this.#key = readSigningKey(options)
    this.keyId = this.#key.keyId
    this.#timeoutMs = readTimeoutMs(options.timeoutMs)
    this.#retriesMax = readRetriesMax(options.retriesMax)
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init))
    this.#clock = options.clock ?? Date.now
    this.#contractVersion = contractVersion
    this.#opener = openerWith(readDecryptionKeys(options))
    this.#pause = options.pause ?? (ms => new Promise(resolve => { setTimeout(resolve, ms) }))
  }

  /**
   * The parsed JSON of any operation; undefined when the answer has no body. `path` starts with a slash, as in /v1/me.
   * A POST is repeated only when its body or query has a `reference` or an Idempotency-Key header is given.
   */
  async request<Answer = unknown> (method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
    const answer = await this.#send(method, path, options, 'json')
    return await this.#open(answer, options) as Answer
  }

  /** The text of any operation that answers text, such as CSV. */
  async requestText (method: Method, path: string, options: RequestOptions = {}): Promise<string> {
    return await this.#send(method, path, { ...options, headers: { accept: 'text/*', ...options.headers } }, 'text') as string
  }

  /** The response of any operation, its body unread; answers other than 2xx are thrown as errors. timeoutMs ends at the headers. */
  async requestRaw (method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
    return await this.#send(method, path, options, 'raw') as Response
  }

  /** For the rest of this SDK. */
  get [internals] (): Internals {
    return {
      opener: this.#opener,
      retriesMax: options => options.retriesMax === undefined ? this.#retriesMax : readRetriesMax(options.retriesMax),
      wait: (ms, signal) => this.#wait(ms, signal),
      poll: async <Answer>(path: string, options: RequestOptions) => await this.#send('GET', path, options, 'polled') as Polled<Answer>
    }
  }

  /** What may be shown of a connection; the key is not. */
  toJSON (): { baseUrl: string, keyId: string } {
    return { baseUrl: this.baseUrl, keyId: this.keyId }
  }

  [Symbol.for('nodejs.util.inspect.custom')] (): string {
    return `${this.constructor.name} { baseUrl: '${this.baseUrl}', keyId: '${this.keyId}' }`
  }

  async #open (answer: unknown, { sealed, query }: RequestOptions): Promise<unknown> {
    if (sealed === 'order') return await openOrder(this.#opener, answer)
    if (sealed === undefined) return answer
    const { offset = 0, taken = 0 } = (query ?? {}) as { offset?: number, taken?: number }
    return await openPage(this.#opener, answer, offset + taken)
  }

  async #send (method: Method, path: string, options: RequestOptions, form: AnswerForm): Promise<unknown> {
    const prepared = await this.#prepare(method, path, options)
    const retriesMax = this[internals].retriesMax(options)
    for (let retry = 0; ; retry++) {
      try {
        return await this.#attempt(prepared, form)
      } catch (error) {
        if (!(error instanceof KahubError) || !prepared.repeatable || retry >= retriesMax) throw error
        const waitMs = waitBeforeRetry(error, retry)
        if (waitMs === undefined) throw error
        await this.#wait(waitMs, prepared.signal)
      }
    }
  }

  async #prepare (method: Method, path: string, options: RequestOptions): Promise<Prepared> {
    if (!path.startsWith('/')) throw new ArgumentError('path starts with a slash, as in /v1/me.')
    const url = new URL(this.baseUrl + withQuery(path, options.query))
    const body = bytesOf(options.body)
    const headers = ownHeaders(options, body, this.#contractVersion)
    if (body !== undefined && body.length > 0) headers['content-digest'] = await contentDigest(body)
    const reference = referenceIn(options.body) ?? referenceIn(options.query) ?? unquoted(headers['idempotency-key'])
    const repeatable = isRepeatable(method, reference)
    const timeoutMs = options.timeoutMs === undefined ? this.#timeoutMs : readTimeoutMs(options.timeoutMs)
    return { method, url, headers, covered: coveredHeaders(headers), body, reference, repeatable, timeoutMs, signal: options.signal }
  }

  /** One attempt, with a signature and a nonce of its own. */
  async #attempt (prepared: Prepared, form: AnswerForm): Promise<unknown> {
    const { method, url, headers, covered, body, timeoutMs, signal } = prepared
    if (signal?.aborted) throw abortedBy(signal, this.#factsOf(prepared))
    const ending = new AbortController()
    const end = () => ending.abort(signal?.reason)
    let timedOut = false
    const timer = setTimeout(() => { timedOut = true; ending.abort() }, timeoutMs)
    signal?.addEventListener('abort', end, { once: true })
    let handedOut = false
    try {
      const parts = { method, path: url.pathname, query: url.search || '?', headers: covered }
      const createdS = Math.floor(this.#clock() / 1000)
      const signature = await signatureHeaders(this.#key, parts, { createdS, nonce: crypto.randomUUID() })
      const response = await this.#fetch(url.href, {
        method,
        headers: { ...headers, ...signature },
        // Followed, a redirect would carry the signed request to an address that nobody chose.
        redirect: 'manual',
        signal: ending.signal,
        ...(body === undefined ? {} : { body })
      })
      const facts = this.#factsOf(prepared)
      if (!response.ok) throw await readError(response, facts)
      if (form === 'json') return await readJson(response, facts)
      if (form === 'text') return await response.text()
      if (form === 'polled') return { answer: await readJson(response, facts), retryAfterSeconds: retryAfterSeconds(response, facts.now) }
      handedOut = true
      return response
    } catch (error) {
      if (signal?.aborted) throw abortedBy(signal, this.#factsOf(prepared))
      if (timedOut) throw tooLate(this.#factsOf(prepared), timeoutMs)
      throw error instanceof KahubError ? error : connectionFailed(error, this.#factsOf(prepared))
    } finally {
      clearTimeout(timer)
      // The signal goes on ending a response whose body is still to be read.
      if (!handedOut) signal?.removeEventListener('abort', end)
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

  #factsOf ({ reference, repeatable }: Prepared): CallFacts {
    return { reference, repeatable, now: this.#clock() }
  }
}

/** A value as one segment of a path; refuses what a URL would read as a step up or as nothing. */
export function segment (value: string | number): string {
  const text = String(value)
  if (text === '' || text === '.' || text === '..') throw new ArgumentError(`${JSON.stringify(text)} cannot be part of an address.`)
  return encodeURIComponent(text)
}

/** The body or query of a creating call with a reference: the caller's own, or one made here. */
export function withReference<Body extends object> (body: Body, options: CallOptions | undefined): Body & { reference?: string } {
  if (referenceIn(body) !== undefined || headerOf(options, 'idempotency-key') !== undefined) return body
  return { ...body, reference: `sdk_${crypto.randomUUID().replaceAll('-', '')}` }
}

type AnswerForm = 'json' | 'text' | 'polled' | 'raw'

/** A request as far as it is the same in every attempt. */
interface Prepared {
  readonly method: Method
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly covered: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array<ArrayBuffer> | undefined
  readonly reference: string | undefined
  readonly repeatable: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

const text = new TextEncoder()

function bytesOf (body: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined) return undefined
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  return text.encode(JSON.stringify(body))
}

function ownHeaders (
  options: RequestOptions,
  body: Uint8Array | undefined,
  contractVersion: string | undefined
): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = options.body instanceof Uint8Array ? 'application/octet-stream' : 'application/json'
  if (contractVersion !== undefined) headers['kahub-version'] = contractVersion
  if (options.headers === undefined) return headers
  // Headers refuses what cannot be sent, lowers the names and trims the values, as the receiver of the signature will.
  new Headers(options.headers).forEach((value, name) => { headers[name] = value })
  return headers
}

function coveredHeaders (headers: Readonly<Record<string, string>>): Array<readonly [string, string]> {
  return Object.entries(headers).filter(([name]) => name === 'content-digest' || name === 'idempotency-key' || name.startsWith('kahub-'))
}

function withQuery (path: string, query: object | undefined): string {
  if (query === undefined) return path
  let joined = path
  let mark = path.includes('?') ? '&' : '?'
  for (const [name, given] of Object.entries(query) as Array<[string, QueryValue | readonly QueryValue[]]>) {
    for (const value of Array.isArray(given) ? given as readonly QueryValue[] : [given as QueryValue]) {
      if (value === undefined || value === null) continue
      joined += `${mark}${encodeURIComponent(name)}=${encodeURIComponent(value)}`
      mark = '&'
    }
  }
  return joined
}

function referenceIn (body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('reference' in body)) return undefined
  return typeof body.reference === 'string' ? body.reference : undefined
}

function headerOf (options: CallOptions | undefined, name: string): string | undefined {
  return Object.entries(options?.headers ?? {}).find(([own]) => own.toLowerCase() === name)?.[1]
}

function unquoted (key: string | undefined): string | undefined {
  return key?.replace(/^"(.*)"$/, '$1')
}

function tooLate (facts: CallFacts, timeoutMs: number): TimeoutError {
  return new TimeoutError({
    code: 'timed_out',
    title: `The answer did not come within ${timeoutMs} ms`,
    reference: facts.reference,
    retryable: true,
    advice: outcomeAdvice(facts)
  })
}
