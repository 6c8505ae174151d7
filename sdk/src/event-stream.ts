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
  readonly #place: StreamPlace = { lastId: undefined }

  constructor (connection: Connection, path: string, options: RequestOptions) {
    this.#connection = connection
    this.#path = path
    this.#options = options
  }

  /** Up to this sequence everything was told; undefined before the first connection. */
  get lastSequence (): number | undefined {
    return this.#place.lastId === undefined ? undefined : Number(this.#place.lastId)
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Event, void, undefined> {
    for await (const { data } of followStream<Event>(this.#connection, this.#path, this.#options, this.#place)) yield data
  }
}

/** How far a stream was read. */
export interface StreamPlace { lastId: string | undefined }

/** What came, with what kind of event it is said to be. */
export interface Told<Data> { readonly event: string, readonly data: Data }

/** What a stream tells, connected anew for as long as it is iterated, behind what was taken last. */
export async function * followStream<Data> (
  connection: Connection, path: string, options: RequestOptions, place: StreamPlace
): AsyncGenerator<Told<Data>, void, undefined> {
  const { wait } = connection[internals]
  const { signal, query } = options
  const once = (query as { close_after_seconds?: number } | undefined)?.close_after_seconds === 0
  for (let fruitless = 0; ; fruitless++) {
    try {
      for await (const told of connect<Data>(connection, path, options, place)) {
        fruitless = 0
        yield told
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

async function * connect<Data> (
  connection: Connection, path: string, options: RequestOptions, place: StreamPlace
): AsyncGenerator<Told<Data>, void, undefined> {
  const { lastId: last } = place
  const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }), ...options.headers }
  const response = await connection.requestRaw('GET', path, { ...options, headers })
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await readChunk(reader, silenceMaxMs, options.signal)
      rest += decoder.decode(value, { stream: !done })
      const frames = rest.split('\n\n')
      rest = frames.pop()!
      for (const frame of frames) {
        const { id, event, data } = readFrame(frame)
        if (data !== undefined) yield { event, data: parseData<Data>(data, response) }
        // After the event was taken: a consumer that fails with it is told it again.
        place.lastId = id ?? place.lastId
      }
      if (done) return
      if (rest.length > lineLengthMax) throw unreadable(`An event is longer than ${lineLengthMax} characters.`, response)
    }
  } finally {
    // Not waited for: a server that went silent would never confirm it.
    reader.cancel().catch(() => {})
  }
}

/** The fields of a frame; comments have none. */
function readFrame (frame: string): { readonly id: string | undefined, readonly event: string, readonly data: string | undefined } {
  let id: string | undefined
  let event = 'message'
  let data: string | undefined
  for (const line of frame.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4)
    if (line.startsWith('event: ')) event = line.slice(7)
    if (line.startsWith('data: ')) data = data === undefined ? line.slice(6) : `${data}\n${line.slice(6)}`
  }
  return { id, event, data }
}

function parseData<Data> (data: string, response: Response): Data {
  try {
    return JSON.parse(data) as Data
  } catch {
    throw unreadable('An event is not valid JSON.', response)
  }
}

function mayHeal (error: unknown): error is KahubError {
  return error instanceof ConnectionError || error instanceof TimeoutError || error instanceof ServerError || error instanceof RateLimited
}
