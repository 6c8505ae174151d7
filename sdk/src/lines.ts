// Long answers as lines of JSON (application/x-ndjson): item by item, asked for no faster than they are used.
// The last line is {"end": true, "count": …}, the number of items before it: without it the answer was cut, whatever else
// the connection says.
import { abortedBy, connectionFailed, unreadable, type CallFacts } from './answers.ts'
import type { Connection, RequestOptions } from './connection.ts'
import { TimeoutError } from './errors.ts'
import { readTimeoutMs } from './options.ts'
import { takeFirst } from './pages.ts'

/** The longest line read, in characters. */
export const lineLengthMax = 1_048_576

/** The items of a long answer. Each iteration asks anew; leaving the loop ends the answer. */
export class Lines<Item> implements AsyncIterable<Item> {
  readonly #connection: Connection
  readonly #path: string
  readonly #options: RequestOptions

  constructor (connection: Connection, path: string, options: RequestOptions) {
    this.#connection = connection
    this.#path = path
    this.#options = options
  }

  /** `timeoutMs` bounds the wait for the headers and each silence after them, not the whole. */
  async * [Symbol.asyncIterator] (): AsyncGenerator<Item, void, undefined> {
    const headers = { accept: 'application/x-ndjson', ...this.#options.headers }
    const response = await this.#connection.requestRaw('GET', this.#path, { ...this.#options, headers })
    const reader = response.body?.getReader()
    if (reader === undefined) return
    const silenceMaxMs = readTimeoutMs(this.#options.timeoutMs)
    const decoder = new TextDecoder()
    let rest = ''
    let count = 0
    try {
      for (;;) {
        const { done, value } = await readChunk(reader, silenceMaxMs, this.#options.signal)
        rest += decoder.decode(value, { stream: !done })
        const lines = rest.split('\n')
        rest = done ? '' : lines.pop()!
        for (const line of lines) {
          if (line.trim() === '') continue
          const item = parseLine(line, response)
          if (isEnd(item)) {
            if (item.count === count) return
            throw unreadable(response, reading, `The answer ends by saying it has ${item.count} lines, and ${count} came.`)
          }
          count++
          yield item as Item
        }
        if (done) throw connectionFailed(new Error(`The answer was cut after ${count} lines.`), reading)
        if (rest.length > lineLengthMax) throw unreadable(response, reading, `A line is longer than ${lineLengthMax} characters.`)
      }
    } finally {
      // Not waited for: a server that went silent would never confirm it.
      reader.cancel().catch(() => {})
    }
  }

  /** The first items, at most `limit` of them. */
  toArray ({ limit }: { readonly limit: number }): Promise<Item[]> {
    return takeFirst(this, limit)
  }
}

const reading: CallFacts = { reference: undefined, repeatable: true, now: 0 }

type Chunk = { done: boolean, value?: Uint8Array<ArrayBuffer> | undefined }

async function readChunk (
  reader: { read (): Promise<Chunk> },
  silenceMaxMs: number,
  signal: AbortSignal | undefined
): Promise<Chunk> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError({
      code: 'timed_out',
      title: `The answer went silent for ${silenceMaxMs} ms`,
      retryable: true
    })), silenceMaxMs)
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

function isEnd (item: unknown): item is { readonly count: number } {
  return typeof item === 'object' && item !== null && 'end' in item && item.end === true && 'count' in item
}

function parseLine (line: string, response: Response): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Neither the line nor the parser's message, which repeats some of it, goes into the error: it may hold a code.
    throw unreadable(response, reading, 'A line is not valid JSON: the answer was cut, or changed on its way.')
  }
}
