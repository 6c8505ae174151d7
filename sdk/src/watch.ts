// Watching work in the background: the resource is read again and again, as the server asks, until it is at an end.
import { retryAfterSeconds } from './answers.ts'
import { internals, type Connection, type RequestOptions } from './connection.ts'

/** Between two looks at what does not change, the wait grows up to this. */
export const watchWaitMaxMs = 10_000
const waitGrowth = 1.5

/**
 * `for await` gives the resource as it is, and again whenever it has changed; the last is the one it ends with. A signal ends it with
 * an error. Each iteration begins anew.
 */
export class Watch<Resource> implements AsyncIterable<Resource> {
  readonly #connection: Connection
  readonly #path: string
  readonly #options: RequestOptions

  constructor (connection: Connection, path: string, options: RequestOptions) {
    this.#connection = connection
    this.#path = path
    this.#options = options
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Resource, void, undefined> {
    const { wait } = this.#connection[internals]
    let told: string | undefined
    let unchanged = 0
    for (;;) {
      const { data: answer, response } = await this.#connection.request<Resource>('GET', this.#path, this.#options).withResponse()
      const seconds = retryAfterSeconds(response, Date.now())
      const text = JSON.stringify(answer)
      unchanged = text === told ? unchanged + 1 : 0
      if (text !== told) yield answer
      told = text
      // The server names a time as long as something may still come.
      if (seconds === undefined) return
      await wait(Math.min(watchWaitMaxMs, seconds * 1000 * waitGrowth ** unchanged), this.#options.signal)
    }
  }

  /** Waits for the end, and gives what it ended with. */
  async end (): Promise<Resource> {
    let last: Resource | undefined
    for await (const resource of this) last = resource
    return last!
  }
}
