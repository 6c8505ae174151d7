// What a file of a resource says: its types that have ids, and its fields, each of which is an operation of REST.
import type { FastifyRequest } from 'fastify'
import type { GraphQLFieldConfigArgumentMap } from 'graphql'
import { readId, type IdKind, type Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'
import { resellerOf } from '../change.ts'
import type { Schema } from './shapes.ts'

export interface Resource {
  /** Types that stand for something with an id, by name; `node(id:)` finds them. */
  readonly nodes?: Readonly<Record<string, GraphNode>>
  readonly queries?: Readonly<Record<string, GraphField>>
  readonly mutations?: Readonly<Record<string, Act>>
  /** Fields of types that are no roots, by type and field. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, Nested>>>>
  /** Streams: one of them a subscription. */
  readonly subscriptions?: Readonly<Record<string, Follow>>
  /** Fields that lead to a node which is found in what an object says of itself, by type and field. */
  readonly links?: Readonly<Record<string, Readonly<Record<string, Link>>>>
  /** Properties that hold ids of nodes without saying so: by type and property, the type of the node; null for one that stays its text. */
  readonly references?: Readonly<Record<string, Readonly<Record<string, string | null>>>>
}

export interface GraphNode {
  readonly kind: IdKind
  readonly schema: Schema
  /** Schemas of lists and events that tell less of it. What they lack is loaded when it is asked for. */
  readonly summaries?: readonly Schema[]
  /** The operation whose scope reading it needs. */
  readonly operation: string
  /** REST views of the caller's own with these public ids, in any order, in as many statements whatever their number. */
  readonly load: (request: FastifyRequest, ids: readonly string[]) => Promise<readonly { readonly id: string }[]>
}

export type GraphField = Read | Connection

/** One answer. */
export interface Read {
  readonly as: 'read'
  readonly operation: string
  /** Other names of arguments than the parameter's own in camelCase. */
  readonly rename?: Readonly<Record<string, string>>
  /** The argument whose length is the size of the answer, for cost. */
  readonly sizedBy?: string
  /** The argument that makes it cost more, how much it is when it is not said, and of how many of it each costs one. */
  readonly weighedBy?: readonly [argument: string, otherwise: number, ofOne: number]
}

/** A list with cursors, as Relay reads them. */
export interface Connection {
  readonly as: 'connection'
  readonly operation: string
  readonly rename?: Readonly<Record<string, string>>
}

/** Something that changes. */
export interface Act {
  readonly operation: string
  /** What its payload calls the answer; the type's own name otherwise. */
  readonly noun?: string
  /** Properties of the answer that stand in the payload beside it: what is told this once and is no part of the thing. */
  readonly beside?: readonly string[]
}

/** A field beneath an object, answered by an operation about that object: one call for each, which its cost says. */
export type Nested = GraphField & {
  /** Parameters of the operation, and the fields of the object that they come from. */
  readonly from: Readonly<Record<string, string>>
  /** It reveals codes. */
  readonly reveals?: true
}

/** Events as they become true. */
export interface Follow {
  /** The operation whose scope and parameters it has. */
  readonly operation: string
  /** The type of what comes. */
  readonly node: string
  readonly description: string
  readonly args: GraphQLFieldConfigArgumentMap
}

export interface Link {
  readonly description: string
  /** The public id of the node; null when there is none. */
  readonly idOf: (object: any) => string | null
}

/** A field that is the answer of an operation. */
export function read (operation: string, more: Omit<Read, 'as' | 'operation'> = {}): Read {
  return { as: 'read', operation, ...more }
}

/** A field that is a list, page by page. */
export function connection (operation: string, more: Omit<Connection, 'as' | 'operation'> = {}): Connection {
  return { as: 'connection', operation, ...more }
}

/** A field that changes something. */
export function act (operation: string, more: Omit<Act, 'operation'> = {}): Act {
  return { operation, ...more }
}

/** A node's `load`: the caller's own rows with these ids, and what REST shows of them. */
export function loadOwn<Row, View extends { readonly id: string }> (
  kind: IdKind,
  read: (db: Reader, resellerId: Uuid, ids: readonly Uuid[]) => Promise<readonly Row[]>,
  show: (request: FastifyRequest, rows: readonly Row[]) => readonly View[] | Promise<readonly View[]>
): GraphNode['load'] {
  return async (request, ids) => {
    const rows = await read(request.caller.world.db, resellerOf(request).id, ids.map(id => readId(kind, id)!))
    return await show(request, rows)
  }
}
