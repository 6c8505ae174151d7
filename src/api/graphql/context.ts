// What resolvers get: the request, its operations, and things loaded by id, many at once.
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../base/problem.ts'
import { nonceAt } from '../../domain/requests/spend-nonce.ts'
import { holdsScope } from '../../domain/resellers/keyring.ts'
import type { Carried, Operation, OperationInput, Operations } from './operations.ts'
import type { GraphNode } from './resource.ts'
import type { Shape } from './shapes.ts'

export interface GraphContext {
  readonly request: FastifyRequest
  /** The event at hand, in a subscription. */
  readonly event?: unknown
  /** Ends a subscription. */
  readonly signal?: AbortSignal | undefined
  /** The node with this id, as GraphQL shows it; null when the caller has none. Loads asked for in one turn travel together. */
  load (typeName: string, id: string): Promise<any>
  /** Refuses a caller without the scope of an operation, and input that does not fit. */
  check (operation: Operation, input: OperationInput): void
  /** Carries out an operation of REST. */
  carryOut (operation: Operation, input: OperationInput): Promise<Carried>
  /** The same for what reveals codes: each field of the document has a nonce of its own, made of the request's, so that several may be revealed at once. */
  reveal (operation: Operation, input: OperationInput, path: string): Promise<Carried>
}

export interface LoadableNode { readonly node: GraphNode, readonly scope: Operation['scope'], readonly show: Shape['show'] }

/** Ids one batch loads; more go in several. */
export const loadedAtOnceMax = 500

/** What a document is carried out for: a request, or an event on a connection that stands. */
export interface Occasion {
  readonly request: FastifyRequest
  readonly event?: unknown
  readonly signal?: AbortSignal
  /** It is an event, or comes by a connection that stands longer than its signature was made for. */
  readonly stands?: true
}

/** The context of one execution. */
export function openContext ({ request, event, signal, stands }: Occasion, operations: Operations, nodes: ReadonlyMap<string, LoadableNode>): GraphContext {
  const loaders = new Map<string, (id: string) => Promise<any>>()
  return {
    request,
    event,
    signal,
    load (typeName, id) {
      let load = loaders.get(typeName)
      if (!load) loaders.set(typeName, load = batches(ids => loadNodes(request, nodes.get(typeName)!, typeName, ids)))
      return load(id)
    },
    check: (operation, input) => operations.check(operation, request.caller, input),
    carryOut: (operation, input) => operations.carryOut(operation, request, input),
    reveal (operation, input, path) {
      const { caller } = request
      if (stands) throw new Problem('method_not_allowed', 'Codes are revealed to a request that is signed for it, not on a connection that stands.')
      const nonce = caller.nonce === undefined ? undefined : nonceAt(caller.nonce, path)
      return operations.carryOut(operation, request, input, { ...caller, nonce })
    }
  }
}

async function loadNodes (request: FastifyRequest, { node, scope, show }: LoadableNode, typeName: string, ids: readonly string[]): Promise<readonly unknown[]> {
  const { key } = request.caller
  if (scope !== null && !holdsScope(key, scope)) {
    throw new Problem('scope_missing', `The key ${key.id} needs the scope ${scope} to read a ${typeName}.`, { scope })
  }
  const views = new Map((await node.load(request, ids)).map(view => [view.id, show(view)]))
  return ids.map(id => views.get(id) ?? null)
}

/** Asks for all that was asked for in one turn of the event loop together, and for nothing twice. */
function batches<Found> (load: (ids: readonly string[]) => Promise<readonly Found[]>): (id: string) => Promise<Found> {
  const found = new Map<string, Promise<Found>>()
  let waiting: { readonly id: string, readonly resolve: (value: Found) => void, readonly reject: (error: unknown) => void }[] = []

  function leave (): void {
    const batch = waiting
    waiting = []
    for (let from = 0; from < batch.length; from += loadedAtOnceMax) {
      const part = batch.slice(from, from + loadedAtOnceMax)
      load(part.map(({ id }) => id)).then(
        values => part.forEach(({ resolve }, i) => resolve(values[i]!)),
        error => part.forEach(({ reject }) => reject(error)))
    }
  }

  return id => {
    let known = found.get(id)
    if (!known) {
      known = new Promise((resolve, reject) => {
        // What resolves in this turn's promises may ask for more of the same.
        if (waiting.length === 0) setImmediate(leave)
        waiting.push({ id, resolve, reject })
      })
      found.set(id, known)
    }
    return known
  }
}
