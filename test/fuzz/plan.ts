// A request before it is written out: its parts, as the contract names them, so that each can be spoilt and dropped by itself.
import type { World } from '../../schema/vocabulary.ts'
import type { Sample } from '../support/samples.ts'
import type { Parameter, Schema, Taking } from './contract-schemas.ts'
import { valueOf, type Means } from './generate.ts'
import type { Asked, Signer } from './wire.ts'

export type Role = 'reseller' | 'operator' | 'nobody'

export interface Plan {
  readonly taking: Taking
  readonly world: World
  readonly role: Role
  readonly method: string
  readonly path: Readonly<Record<string, string>>
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly type: string | undefined
  /** A JSON value, the fields of a form, or the text of a file; undefined is none. */
  readonly body: unknown
  /** The bytes that are sent instead of what `body` says. */
  readonly raw?: string | Buffer
  /** What was done to it, for people. */
  readonly spoilt: readonly string[]
}

const optionalPercent = 35
const formType = 'application/x-www-form-urlencoded'

/** A plan that keeps to the contract. */
export function planOf (taking: Taking, world: World, means: Means): Plan {
  const { draw } = means
  const values = (place: string): [string, string][] => taking.parameters
    .filter(parameter => parameter.in === place && (parameter.required || draw.percent(optionalPercent)))
    .flatMap(parameter => valuesOf(parameter, means).map((value): [string, string] => [parameter.name, value]))
  const types = Object.keys(taking.bodies)
  const type = types.length === 0 ? undefined : draw.pick(types)
  return {
    taking,
    world,
    role: roleOf(taking),
    method: taking.method,
    path: Object.fromEntries(values('path')),
    query: values('query'),
    headers: {},
    type,
    body: type === undefined ? undefined : bodyOf(type, taking.bodies[type]!, means),
    spoilt: []
  }
}

/** A plan of a sample. */
export function planOfSample (taking: Taking, world: World, { path = {}, query = '', body, type }: Sample): Plan {
  return {
    taking,
    world,
    role: roleOf(taking),
    method: taking.method,
    path: Object.fromEntries(Object.entries(path).map(([name, value]) => [name, String(value)])),
    query: [...new URLSearchParams(query)],
    headers: {},
    type: body === undefined ? undefined : type ?? 'application/json',
    body,
    spoilt: []
  }
}

function roleOf ({ path, signed }: Taking): Role {
  if (!signed) return 'nobody'
  return path.startsWith('/admin/') ? 'operator' : 'reseller'
}

function valuesOf ({ name, schema }: Parameter, means: Means): string[] {
  // No stream is listened to for longer than it takes to see what it says first.
  if (name === 'close_after_seconds') return ['0']
  const value = valueOf(schema, name, means)
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

function bodyOf (type: string, schema: Schema, means: Means): unknown {
  if (type === 'text/csv') return linesOf(means).map(([left, right]) => `${left},${right}`).join('\n')
  if (type.includes('ndjson')) {
    return linesOf(means).slice(1).map(([sku, quantity]) => JSON.stringify({ sku, quantity: Number(quantity) })).join('\n')
  }
  return valueOf(schema, 'body', means)
}

function linesOf ({ draw, pool }: Means): [string, string][] {
  const rows = Array.from({ length: draw.below(4) }, (): [string, string] => [pool.one('sku', draw) ?? 'sku_x', String(draw.below(5))])
  return [draw.percent(70) ? ['sku', 'quantity'] : ['number', 'secret'], ...rows]
}

/** Writes a plan out as it is sent. */
export function written (plan: Plan, signer: Signer | undefined): Asked {
  const { taking, method, query, headers, type, body, raw } = plan
  const filled = taking.path.replace(/\{(\w+)\}/g, (_, name: string) => percentEncoded(plan.path[name] ?? ''))
  const search = query.map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join('&')
  const typed = type === undefined || 'content-type' in headers ? headers : { ...headers, 'content-type': type }
  const bytes = raw ?? (body === undefined ? undefined : textOf(body, type))
  return { method, target: filled + (search === '' ? '' : `?${search}`), headers: typed, body: bytes, signer }
}

function textOf (body: unknown, type: string | undefined): string {
  if (type === formType && typeof body === 'object' && body !== null) {
    return Object.entries(body).map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(String(value))}`).join('&')
  }
  return typeof body === 'string' && type !== 'application/json' ? body : JSON.stringify(body)
}

/** As encodeURIComponent, but half a surrogate pair goes as its three bytes, and what is percent-encoded already stays so. */
function percentEncoded (text: string): string {
  if (/^(?:%[0-9a-zA-Z]{2})+$/.test(text)) return text
  return Array.from(text, symbol => {
    const code = symbol.codePointAt(0)!
    if (code < 0xd800 || code > 0xdfff) return encodeURIComponent(symbol)
    return `%ED%${(0x80 | code >> 6 & 0x3f).toString(16)}%${(0x80 | code & 0x3f).toString(16)}`
  }).join('')
}
