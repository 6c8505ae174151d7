import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageLimitDefault } from '../../schema/rest/common.ts'
import type { CursorPlace } from '../base/cursor.ts'

/** Where a page keeps, beside what is sent, what gives the cursor behind any of its items: the graph tells one for each. */
export const cursorAt = Symbol('cursorAt')

export interface PageAnswer<Item> {
  data: Item[]
  has_more: boolean
  next_cursor: string | null
  /** The cursor behind an item of this page: REST tells the last one alone. */
  [cursorAt]?: (index: number) => string
}

interface PageQuery { readonly limit?: number, readonly cursor?: string }

/**
 * Answers one page of a list. `list` names the list with every filter (tenant included); `load` reads up to `count` rows
 * beyond the place (undefined: from the start); `placeOf` is where a row stands; `view` is what the caller sees of it.
 */
export async function answerPage<Row, Item> (request: FastifyRequest, reply: FastifyReply, list: string, steps: {
  load: (after: CursorPlace | undefined, count: number) => Promise<readonly Row[]>
  placeOf: (row: Row) => CursorPlace
  view: (row: Row) => Item
}): Promise<PageAnswer<Item>> {
  const { cursors, name } = request.caller.world
  const { limit = pageLimitDefault, cursor } = request.query as PageQuery
  const rows = await steps.load(cursor === undefined ? undefined : cursors.read(`${name} ${list}`, cursor), limit + 1)
  const shown = rows.slice(0, limit)
  const cursorBehind = (index: number) => cursors.show(`${name} ${list}`, steps.placeOf(shown[index]!))
  const nextCursor = rows.length > limit ? cursorBehind(limit - 1) : null
  if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor))
  return { data: shown.map(steps.view), has_more: nextCursor !== null, next_cursor: nextCursor, [cursorAt]: cursorBehind }
}

function nextLink (request: FastifyRequest, cursor: string): string {
  const target = new URL(request.raw.url!, 'http://placeholder')
  target.searchParams.set('cursor', cursor)
  return `<${target.pathname}${target.search}>; rel="next"`
}
