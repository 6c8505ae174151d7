// What makes a request nearly valid: one thing in it is wrong.
import type { Means } from './generate.ts'
import { hostileNumbers, hostileTexts, hostileValue, hostileWord, rawSpoilers, strangeHeaders, strangeId, strangeNames } from './hostile.ts'
import type { Plan } from './plan.ts'

/** Spoils a plan once; the name of what was done stands in its `spoilt`. */
export function spoil (plan: Plan, means: Means): Plan {
  const fitting = Object.entries(spoilers).filter(([, { needs }]) => needs(plan))
  const [name, { does }] = means.draw.pick(fitting)
  return { ...does(plan, means), spoilt: [...plan.spoilt, name] }
}

interface Spoiler {
  readonly needs: (plan: Plan) => boolean
  readonly does: (plan: Plan, means: Means) => Plan
}

type Pair = readonly [string, string]

const hasBody = ({ body, raw }: Plan): boolean => raw === undefined && body !== undefined
const hasJson = (plan: Plan): boolean => hasBody(plan) && plan.type === 'application/json'
const hasQuery = ({ query }: Plan): boolean => query.length > 0
const hasPath = ({ path }: Plan): boolean => Object.keys(path).length > 0
const always = (): boolean => true

const ofBody = (change: (body: unknown, means: Means) => unknown): Spoiler => (
  { needs: hasJson, does: (plan, means) => ({ ...plan, body: change(plan.body, means) }) })
const ofPlace = (change: (value: unknown, means: Means) => unknown): Spoiler => (
  ofBody((body, means) => changedAt(body, means, value => change(value, means))))
const ofQuery = (change: (pair: Pair, means: Means) => Pair[]): Spoiler => (
  { needs: hasQuery, does: (plan, means) => ({ ...plan, query: changedPair(plan.query, means, pair => change(pair, means)) }) })
const ofPath = (word: (means: Means) => string): Spoiler => (
  { needs: hasPath, does: (plan, means) => ({ ...plan, path: { ...plan.path, [means.draw.pick(Object.keys(plan.path))]: word(means) } }) })
const ofHeaders = (needs: Spoiler['needs'], headers: (means: Means) => Plan['headers']): Spoiler => (
  { needs, does: (plan, means) => ({ ...plan, headers: { ...plan.headers, ...headers(means) } }) })

const spoilers: Readonly<Record<string, Spoiler>> = {
  'a value of the body': ofPlace((_, means) => hostileValue(means)),
  'a text of the body': ofPlace((_, { draw }) => draw.pick(hostileTexts)),
  'a number of the body': ofPlace((_, { draw }) => draw.pick(hostileNumbers)),
  'an id of the body': ofPlace((_, means) => strangeId(means)),
  'a field less': ofPlace(() => undefined),
  'a field more': ofBody((body, means) => withField(body, means.draw.pick(strangeNames), hostileValue(means))),
  'another body': ofBody((_, means) => hostileValue(means)),
  'a list of the body': ofPlace((value, { draw }) => Array(draw.pick([2, 101, 1_001])).fill(value)),
  'bytes of the body': { needs: hasBody, does: (plan, { draw }) => ({ ...plan, raw: draw.pick(rawSpoilers)(textOf(plan.body)) }) },
  'no body': { needs: hasBody, does: plan => ({ ...plan, body: undefined, raw: '' }) },
  'a body': {
    needs: plan => !hasBody(plan), does: (plan, means) => ({ ...plan, type: 'application/json', body: hostileValue(means) ?? {} })
  },
  'a value of the query': ofQuery(([name], means) => [[name, hostileWord(means)]]),
  'a parameter twice': ofQuery(pair => [pair, pair]),
  'a parameter as a list': ofQuery(([name, value], { draw }) => [[`${name}${draw.pick(['[]', '[0]', '[$gt]', '.x'])}`, value]]),
  'a parameter less': ofQuery(() => []),
  'a parameter more': {
    needs: always, does: (plan, means) => ({ ...plan, query: [...plan.query, [moreName(plan, means), hostileWord(means)]] })
  },
  'a word of the path': ofPath(hostileWord),
  'an id of the path': ofPath(strangeId),
  'a header': ofHeaders(always, ({ draw }) => draw.pick(strangeHeaders)),
  'a reference in a header': ofHeaders(hasBody, ({ draw }) => ({ 'idempotency-key': draw.pick(references) })),
  'another method': { needs: always, does: (plan, { draw }) => ({ ...plan, method: draw.pick(methods) }) },
  'another world': { needs: always, does: plan => ({ ...plan, world: plan.world === 'live' ? 'test' : 'live' }) },
  'another counter': {
    needs: always, does: (plan, { draw }) => ({ ...plan, role: draw.pick(['reseller', 'operator', 'nobody'] as const) })
  }
}

const references = ['a', '"b"', 'x'.repeat(200), ' ', 'a, b']
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']

function moreName ({ taking }: Plan, { draw }: Means): string {
  const known = taking.parameters.filter(({ name, in: at }) => at === 'query' && name !== 'close_after_seconds').map(({ name }) => name)
  return draw.pick([...known, ...known, 'x', '__proto__', 'limit', 'cursor', 'reseller', 'id', '', 'a[b]'])
}

function changedPair (pairs: readonly Pair[], { draw }: Means, change: (pair: Pair) => Pair[]): Pair[] {
  const at = draw.below(pairs.length)
  return pairs.flatMap((pair, i) => i === at ? change(pair) : [pair])
}

/** A value with one place of it changed; undefined takes the place away. */
function changedAt (value: unknown, means: Means, change: (value: unknown) => unknown): unknown {
  const { draw } = means
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return change(value)
  const at = draw.pick(Object.keys(value))
  const inner = (value as Record<string, unknown>)[at]
  const deeper = typeof inner === 'object' && inner !== null && draw.percent(70)
  const changed = deeper ? changedAt(inner, means, change) : change(inner)
  if (Array.isArray(value)) return changed === undefined ? value.toSpliced(Number(at), 1) : value.with(Number(at), changed)
  const fields = Object.entries(value).map(([name, item]) => [name, name === at ? changed : item] as const)
  return Object.fromEntries(fields.filter(([name]) => name !== at || changed !== undefined))
}

function withField (body: unknown, name: string, value: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries([...Object.entries(body), [name, value]])
}

function textOf (body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}
