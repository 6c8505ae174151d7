// Lists: the answer to a list call is a page, and every item of all pages for those who iterate.
import { unreadable } from './answers.ts'
import type { Call, WithResponse } from './call.ts'
import type { Connection, RequestOptions } from './connection.ts'
import { ArgumentError } from './errors.ts'

/** What every list operation answers. */
export interface PageAnswer<Item> {
  readonly data: readonly Item[]
  readonly has_more: boolean
  readonly next_cursor: string | null
}

type ItemOf<Answer extends PageAnswer<unknown>> = Answer['data'][number]
type Ask<Answer> = (cursor: string | undefined) => Call<Answer>

/** One page as it was answered; iterating it goes through its items and those of all pages after it. */
export type Page<Answer extends PageAnswer<unknown>> = Answer & AsyncIterable<ItemOf<Answer>> & {
  /** The page after this one; undefined at the end. */
  nextPage (): Promise<Page<Answer> | undefined>
}

/**
 * A list that is asked for when it is awaited (the first page) or iterated (all items, page after page).
 * Each await and each iteration asks anew.
 */
export class List<Answer extends PageAnswer<unknown>> implements PromiseLike<Page<Answer>>, AsyncIterable<ItemOf<Answer>> {
  readonly #ask: Ask<Answer>
  readonly #from: string | undefined

  constructor (connection: Connection, path: string, options: RequestOptions) {
    const query = options.query as { readonly cursor?: string } | undefined
    this.#from = query?.cursor
    this.#ask = cursor => connection.request<Answer>('GET', path, { ...options, query: { ...query, cursor } })
  }

  /** Awaiting the list gives its first page. */
  then<Kept = Page<Answer>, Refused = never> (
    kept?: ((page: Page<Answer>) => Kept | PromiseLike<Kept>) | null,
    refused?: ((reason: any) => Refused | PromiseLike<Refused>) | null
  ): Promise<Kept | Refused> {
    return this.withResponse().then(({ data }) => data).then(kept, refused)
  }

  /** The first page, with the status and headers of the response it came in. */
  async withResponse (): Promise<WithResponse<Page<Answer>>> {
    return await askPage(this.#ask, this.#from)
  }

  /** The response that the first page comes in, its body unread. */
  asResponse (): Promise<Response> {
    return this.#ask(this.#from).asResponse()
  }

  catch<Refused> (refused: (reason: any) => Refused | PromiseLike<Refused>): Promise<Page<Answer> | Refused> {
    return this.then(undefined, refused)
  }

  finally (settled: () => void): Promise<Page<Answer>> {
    return this.then().finally(settled)
  }

  /** All pages, one after the other; the next is asked for when it is needed. */
  async * byPage (): AsyncGenerator<Page<Answer>, void, undefined> {
    let page: Page<Answer> | undefined = await this
    while (page !== undefined) {
      yield page
      page = await page.nextPage()
    }
  }

  /** All items of all pages. */
  async * [Symbol.asyncIterator] (): AsyncGenerator<ItemOf<Answer>, void, undefined> {
    yield * await this
  }

  /** The first items of the list, at most `limit` of them. */
  toArray ({ limit }: { readonly limit: number }): Promise<Array<ItemOf<Answer>>> {
    return takeFirst(this, limit)
  }
}

/** The first items of something iterable, at most `limit` of them. */
export async function takeFirst<Item> (items: AsyncIterable<Item>, limit: number): Promise<Item[]> {
  if (!(limit >= 0)) throw new ArgumentError('toArray takes { limit }: how many items at most.')
  const taken: Item[] = []
  if (limit === 0) return taken
  for await (const item of items) {
    if (taken.push(item) >= limit) break
  }
  return taken
}

async function askPage<Answer extends PageAnswer<unknown>> (
  ask: Ask<Answer>,
  cursor: string | undefined
): Promise<WithResponse<Page<Answer>>> {
  const { data: answer, ...rest } = await ask(cursor).withResponse()
  if (!Array.isArray(answer?.data)) throw unreadable('A list was expected, and the answer has no data.', rest.response)
  // Not enumerable: a page prints, spreads and compares as what was answered.
  const data = Object.defineProperties(answer, {
    nextPage: {
      value: async () => {
        if (!answer.has_more || answer.next_cursor === null) return undefined
        if (answer.next_cursor === cursor) throw unreadable('The list does not go on: next_cursor is the cursor that was sent.')
        return (await askPage(ask, answer.next_cursor)).data
      }
    },
    [Symbol.asyncIterator]: { value: itemsFrom }
  }) as Page<Answer>
  return { ...rest, data }
}

async function * itemsFrom<Item> (this: Page<PageAnswer<Item>>): AsyncGenerator<Item, void, undefined> {
  let page: Page<PageAnswer<Item>> | undefined = this
  while (page !== undefined) {
    yield * page.data
    page = await page.nextPage()
  }
}
