// The source behind subscriptions: the same events as REST's stream, read no faster than they are taken.
import { streamSecondsMax } from '../../../schema/rest/events.ts'
import type { EventType } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import { eventView } from '../../domain/events/event-view.ts'
import { readFeedBounds, refuseOutside } from '../../domain/events/read-events.ts'
import type { Caller } from '../app-types.ts'
import { refuseForeignKey } from '../authenticate.ts'
import { resellerOf } from '../change.ts'
import type { GraphContext } from './context.ts'
import type { Operation } from './operations.ts'

/** How often a quiet subscription looks whether its key is still good. */
export const keyCheckMs = 1_000

export interface EventArguments { readonly types?: readonly EventType[] | null, readonly after?: number | null }

/**
 * The caller's events, as REST shows them; null when it was quiet for a while. It ends after an hour, with its key, its token or its
 * signal; what is asked wrongly is refused before it begins.
 */
export async function followEvents (
  context: GraphContext, operation: Operation, { types, after }: EventArguments
): Promise<AsyncGenerator<object | null, void, undefined>> {
  const { request: { caller }, request } = context
  context.check(operation, { query: { ...(types && { types: [...types] }), ...(after != null && { after }) } })
  const { id: resellerId } = resellerOf(request)
  const { world } = caller
  const bounds = await readFeedBounds(world.db, resellerId)
  const from = after == null ? bounds.newest : BigInt(after)
  refuseOutside(from, bounds)
  const endsMs = world.clock() + streamSecondsMax * 1_000
  const parts = world.events.follow(resellerId, { after: from, types: types ?? undefined, quietMs: keyCheckMs, signal: context.signal! })

  const look = (): void => {
    request.caller = presentCaller(request.caller)
    // A reset of the sandbox gives the key another reseller: nothing more happens to this one.
    if (resellerOf(request).id !== resellerId) throw new Problem('state_conflict', 'The reseller was reset. Subscribe anew.')
  }

  return (async function * () {
    for await (const { events } of parts) {
      for (const event of events) {
        look()
        yield eventView(event)
      }
      look()
      if (world.clock() >= endsMs) return
      if (events.length === 0) yield null
    }
  })()
}

/**
 * The caller of a connection that stands as its key and its reseller are by now, with no more scopes than at its beginning; refused
 * once its key or its token is no longer good, or not from its address.
 */
export function presentCaller (caller: Caller): Caller {
  const { world, key, ip, goodUntilMs } = caller
  const nowMs = world.clock()
  const present = world.keyring.current.find(key.id)
  if (!present) throw new Problem('key_revoked', `The key ${key.id} is gone. Sign with another key.`)
  refuseForeignKey(present, ip, nowMs)
  if (nowMs >= goodUntilMs) throw new Problem('token_expired', 'The token has expired. Connect anew with a fresh one.')
  return { ...caller, key: { ...present, scopes: new Set([...present.scopes].filter(scope => key.scopes.has(scope))) } }
}
