// A call under way: a promise of its answer, which also gives the response that the answer came in.
import { ArgumentError } from './errors.ts'

/** An answer with the response it came in, whose body has been read. */
export interface WithResponse<Answer> {
  readonly data: Answer
  readonly response: Response
  /** Name it when you ask for support. */
  readonly requestId: string | undefined
}

/**
 * What every call gives: await it for the answer. It is sent once, however often it is awaited, and also when it is not.
 */
export class Call<Answer> implements Promise<Answer> {
  readonly #sent: Promise<WithResponse<Answer>>
  #begun = false
  #unread = false

  constructor (send: (form: 'read' | 'unread') => Promise<WithResponse<unknown>>) {
    // In the next microtask: until then the caller can say that the response is wanted unread.
    this.#sent = Promise.resolve().then(() => {
      this.#begun = true
      return send(this.#unread ? 'unread' : 'read') as Promise<WithResponse<Answer>>
    })
  }

  get [Symbol.toStringTag] (): string {
    return 'Call'
  }

  /** The answer with its status and headers. */
  withResponse (): Promise<WithResponse<Answer>> {
    return this.#sent
  }

  /** The response with its body unread, instead of the answer; refusals are thrown all the same. Ask for it at once. */
  async asResponse (): Promise<Response> {
    if (this.#begun && !this.#unread) throw new ArgumentError('asResponse() is asked of the call at once, as in kahub.me.get().asResponse().')
    this.#unread = true
    return (await this.#sent).response
  }

  then<Kept = Answer, Refused = never> (
    kept?: ((answer: Answer) => Kept | PromiseLike<Kept>) | null,
    refused?: ((reason: any) => Refused | PromiseLike<Refused>) | null
  ): Promise<Kept | Refused> {
    return this.#sent.then(({ data }) => data).then(kept, refused)
  }

  catch<Refused = never> (refused?: ((reason: any) => Refused | PromiseLike<Refused>) | null): Promise<Answer | Refused> {
    return this.then(undefined, refused)
  }

  finally (settled?: (() => void) | null): Promise<Answer> {
    return this.then().finally(settled)
  }
}
