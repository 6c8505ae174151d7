// Long answers as lines of JSON (application/x-ndjson): item by item, asked for no faster than they are used.
// The last line is {"end": true, "count": …}, the number of items before it, and mostly with the sha256 of their lines: without it
// the answer was cut, whatever else the connection says. Lines that are sealed, {"jwe": …}, are opened as they come, and what is counted
// and summed are the lines that were sealed. An answer that can be resumed is, where it was cut.
import { abortedBy, connectionFailed, reading, tooLate, unreadable } from './answers.ts'
import { internals, type Connection, type RequestOptions } from './connection.ts'
import { ConnectionError, TimeoutError, type KahubError } from './errors.ts'
import { readTimeoutMs } from './options.ts'
import { takeFirst } from './pages.ts'
import { waitBeforeRetry } from './retries.ts'
import { concealed } from './secret.ts'
import { sha256 } from './sha256.ts'

/** The longest line read, in characters. */
export const lineLengthMax = 1_048_576

/** What the generated clients add to the options of a call. */
export interface LinesOptions extends RequestOptions {
  /** The operation takes the number of items that an earlier answer gave, and goes on behind them. */
  readonly resume?: 'taken' | undefined
}

/**
 * The items of a long answer. Each iteration asks anew; leaving the loop ends the answer. Where the server can resume, an answer
 * that was cut is asked for again behind the items that came, as long as it gets further or `retriesMax` allows.
 */
export class Lines<Item> implements AsyncIterable<Item> {
  readonly #connection: Connection
  readonly #path: string
  readonly #options: LinesOptions

  constructor (connection: Connection, path: string, options: LinesOptions) {
    this.#connection = connection
    this.#path = path
    this.#options = options
  }

  /** `timeoutMs` bounds the wait for the headers and each silence after them, not the whole. */
  async * [Symbol.asyncIterator] (): AsyncGenerator<Item, void, undefined> {
    const { retriesMax, wait } = this.#connection[internals]
    const { signal, resume } = this.#options
    let taken = 0
    for (let fruitless = 0; ; fruitless++) {
      const query = this.#queryAfter(taken)
      if (query === undefined) return
      const headers = { accept: 'application/x-ndjson', ...this.#options.headers }
      const { resume: _resume, ...options } = this.#options
      const response = await this.#connection.requestRaw('GET', this.#path, { ...options, query, headers })
      try {
        for await (const item of this.#itemsOf(response)) {
          taken++
          fruitless = 0
          yield item
        }
        return
      } catch (error) {
        if (resume === undefined || !isCut(error) || fruitless >= retriesMax(this.#options)) throw error
        await wait(waitBeforeRetry(error, fruitless) ?? 0, signal)
      }
    }
  }

  /** The first items, at most `limit` of them. */
  toArray ({ limit }: { readonly limit: number }): Promise<Item[]> {
    return takeFirst(this, limit)
  }

  /** The query for what follows the items that came; undefined when all that was asked for is there. */
  #queryAfter (taken: number): object | undefined {
    if (taken === 0) return this.#options.query ?? {}
    const asked = (this.#options.query ?? {}) as { readonly taken?: number, readonly limit?: number }
    if (asked.limit !== undefined && asked.limit <= taken) return undefined
    return { ...asked, taken: (asked.taken ?? 0) + taken, ...(asked.limit !== undefined && { limit: asked.limit - taken }) }
  }

  async * #itemsOf (response: Response): AsyncGenerator<Item, void, undefined> {
    const { opener } = this.#connection[internals]
    const digest = sha256()
    let count = 0
    for await (const line of linesOf(response, readTimeoutMs(this.#options.timeoutMs), this.#options.signal)) {
      const item = parseLine(line, response)
      if (isEnd(item)) return checkEnd(item, { count, sha256: digest.hex() }, response)
      if (!isSealed(item)) {
        digest.update(text.encode(`${line}\n`))
        count++
        yield concealed(item) as Item
        continue
      }
      const opened = await opener.lines(item.jwe)
      digest.update(text.encode(opened))
      for (const one of opened.split('\n')) {
        if (one === '') continue
        count++
        yield concealed(parseLine(one, response)) as Item
      }
    }
    throw connectionFailed(new Error(`The answer was cut after ${count} items.`), reading)
  }
}

const text = new TextEncoder()

/** Whole lines, without blank ones; what follows the last line feed is a line when the answer ends there. */
async function * linesOf (
  response: Response,
  silenceMaxMs: number,
  signal: AbortSignal | undefined
): AsyncGenerator<string, void, undefined> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await readChunk(reader, silenceMaxMs, signal)
      rest += decoder.decode(value, { stream: !done })
      const lines = rest.split('\n')
      rest = done ? '' : lines.pop()!
      for (const line of lines) if (line.trim() !== '') yield line
      if (done) return
      if (rest.length > lineLengthMax) throw unreadable(`A line is longer than ${lineLengthMax} characters.`, response)
    }
  } finally {
    // Not waited for: a server that went silent would never confirm it.
    reader.cancel().catch(() => {})
  }
}

function checkEnd (end: End, came: { readonly count: number, readonly sha256: string }, response: Response): void {
  if (end.count !== came.count) {
    throw unreadable(`The answer ends by saying it has ${end.count} items, and ${came.count} came.`, response)
  }
  if (end.sha256 !== undefined && end.sha256 !== came.sha256) {
    throw unreadable('The sum at the end of the answer is not that of the lines that came.', response)
  }
}

function isCut (error: unknown): error is KahubError {
  return error instanceof ConnectionError || error instanceof TimeoutError
}

/** A piece of an answer. */
export type Chunk = { done: boolean, value?: Uint8Array<ArrayBuffer> | undefined }

/** The next piece of an answer, if it does not go silent for too long. */
export async function readChunk (
  reader: { read (): Promise<Chunk> },
  silenceMaxMs: number,
  signal: AbortSignal | undefined
): Promise<Chunk> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate(`The answer went silent for ${silenceMaxMs} ms`, reading)), silenceMaxMs)
  })
  try {
    return await Promise.race([reader.read(), silence])
  } catch (error) {
    if (signal?.aborted) throw abortedBy(signal, reading)
    throw error instanceof TimeoutError ? error : connectionFailed(error, reading)
  } finally {
    clearTimeout(timer)
  }
}

interface End { readonly count: number, readonly sha256?: string }

function isEnd (item: unknown): item is End {
  return typeof item === 'object' && item !== null && 'end' in item && item.end === true && 'count' in item
}

function isSealed (item: unknown): item is { readonly jwe: string } {
  return typeof item === 'object' && item !== null && 'jwe' in item && typeof item.jwe === 'string'
}

function parseLine (line: string, response: Response): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Neither the line nor the parser's message, which repeats some of it, goes into the error: it may hold a code.
    throw unreadable('A line is not valid JSON: the answer was cut, or changed on its way.', response)
  }
}
