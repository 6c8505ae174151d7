// What is shown of something that goes on: it comes whole at first, then what differs, and is given whole each time.
import type { Connection, RequestOptions } from './connection.ts'
import { followStream } from './event-stream.ts'

/**
 * `for await` gives it as it is, and again whenever it has changed, until a refusal that waiting does not mend or the signal ends it with
 * an error. What is cut is connected anew. Who is slow is told less often.
 */
export class LiveView<Shown extends object> implements AsyncIterable<Shown> {
  readonly #connection: Connection
  readonly #path: string
  readonly #options: RequestOptions

  constructor (connection: Connection, path: string, options: RequestOptions) {
    this.#connection = connection
    this.#path = path
    this.#options = options
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Shown, void, undefined> {
    let shown: Shown | undefined
    for await (const { event, data } of followStream<Shown>(this.#connection, this.#path, this.#options, { lastId: undefined })) {
      shown = event === 'snapshot' || shown === undefined ? data : withDifference(shown, data)
      yield shown
    }
  }
}

interface Minute { readonly at: string }

/** Members that came take the place of those that were; of minutes, those of the same time. */
function withDifference<Shown extends object> (before: Shown, difference: Partial<Shown>): Shown {
  const { minutes } = difference as { readonly minutes?: readonly Minute[] }
  if (minutes === undefined) return { ...before, ...difference }
  const known = new Map((before as { readonly minutes: readonly Minute[] }).minutes.map(minute => [minute.at, minute]))
  for (const minute of minutes) known.set(minute.at, minute)
  return { ...before, ...difference, minutes: [...known.values()].sort((a, b) => a.at < b.at ? -1 : 1) }
}
