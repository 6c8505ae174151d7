// Server-sent events (WHATWG HTML §9.2) over signed requests: the browser's EventSource cannot sign.
import { unreadable } from './answers.ts'
import { internals, type Connection, type RequestOptions } from './connection.ts'
import { ConnectionError, RateLimited, ServerError, TimeoutError, type KahubError } from './errors.ts'
import type { Event } from './generated/types.ts'
import { lineLengthMax, readChunk } from './lines.ts'
import { backoffFirstMs, backoffMaxMs, waitBeforeRetry } from './retries.ts'

/** The server says every ten seconds that it is there; after so long a silence the connection is made anew. */
export const silenceMaxMs = 35_000

/**
 * Events as they become true, for as long as they are iterated. What is cut is connected anew behind the last event, for ever, so that
 * none is missed or told twice; only a refusal that waiting does not mend (a key that was revoked, events that are no longer kept)
 * ends it with an error, and the signal. `lastSequence` is where another stream would go on: `after` in its query.
 */
export class EventStream implements AsyncIterable<Event> {
  readonly #connection: Connection
  readonly #path: string
  readonly #options: RequestOptions
  #lastId: string | undefined

  constructor (connection: Connection, path: string, options: RequestOptions) {
    this.#connection = connection
    this.#path = path
    this.#options = options
  }

  /** Up to this sequence everything was told; undefined before the first connection. */
  get lastSequence (): number | undefined {
    return this.#lastId === undefined ? undefined : Number(this.#lastId)
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Event, void, undefined> {
    const { wait } = this.#connection[internals]
    const { signal, query } = this.#options
    const once = (query as { close_after_seconds?: number } | undefined)?.close_after_seconds === 0
    for (let fruitless = 0; ; fruitless++) {
      try {
        for await (const event of this.#connect()) {
          fruitless = 0
          yield event
        }
        if (once) return
        // A server, or what stands before it, that ends streams as soon as they begin is not asked without a pause.
        if (fruitless > 0) await wait(Math.min(backoffMaxMs, backoffFirstMs * 2 ** (fruitless - 1)), signal)
      } catch (error) {
        if (!mayHeal(error) || signal?.aborted) throw error
        await wait(waitBeforeRetry(error, fruitless) ?? (error.retryAfterSeconds ?? 1) * 1000, signal)
      }
    }
  }

  async * #connect (): AsyncGenerator<Event, void, undefined> {
    const last = this.#lastId
    const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }), ...this.#options.headers }
    const response = await this.#connection.requestRaw('GET', this.#path, { ...this.#options, headers })
    const reader = response.body?.getReader()
    if (reader === undefined) return
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for (;;) {
        const { done, value } = await readChunk(reader, silenceMaxMs, this.#options.signal)
        rest += decoder.decode(value, { stream: !done })
        const frames = rest.split('\n\n')
        rest = frames.pop()!
        for (const frame of frames) {
          const { id, data } = readFrame(frame)
          if (data !== undefined) yield parseEvent(data, response)
          // After the event was taken: a consumer that fails with it is told it again.
          this.#lastId = id ?? this.#lastId
        }
        if (done) return
        if (rest.length > lineLengthMax) throw unreadable(`An event is longer than ${lineLengthMax} characters.`, response)
      }
    } finally {
      // Not waited for: a server that went silent would never confirm it.
      reader.cancel().catch(() => {})
    }
  }
}

/** The id and the data of a frame, whose other fields are for those who show it; comments have neither. */
function readFrame (frame: string): { readonly id: string | undefined, readonly data: string | undefined } {
  let id: string | undefined
  let data: string | undefined
  for (const line of frame.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4)
    if (line.startsWith('data: ')) data = data === undefined ? line.slice(6) : `${data}\n${line.slice(6)}`
  }
  return { id, data }
}

function parseEvent (data: string, response: Response): Event {
  try {
    return JSON.parse(data) as Event
  } catch {
    throw unreadable('An event is not valid JSON.', response)
  }
}

function mayHeal (error: unknown): error is KahubError {
  return error instanceof ConnectionError || error instanceof TimeoutError || error instanceof ServerError || error instanceof RateLimited
}
