// Requests in pairs: one names what is another's, the other what does not exist.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, getNamedType, isCompositeType } from 'graphql'
import type { Furniture } from '../support/spares.ts'
import { resolved, type Schema, type Taking } from './contract-schemas.ts'
import type { Estate } from './estate.ts'
import { planOfSample, type Plan } from './plan.ts'
import { unknownId } from './pool.ts'
import type { Stage } from './stage.ts'

/** A request that names what is the owner's, and the same request naming what does not exist. */
export interface Pair {
  /** Where it is named: `path ord`, `query number`, `body quote`. */
  readonly place: string
  readonly theirs: Plan
  readonly nobodys: Plan
  readonly named: string
  readonly unknown: string
}

/** The requests of an operation that name what is another's: in the path, in the query, in the body. */
export async function pairsOf (stage: Stage, taking: Taking, bob: Furniture, { ids, words }: Estate, count: number): Promise<Pair[]> {
  const sample = planOfSample(taking, bob.world, await stage.sample(taking.operationId, bob))
  const pairs: Pair[] = []
  const add = (place: string, named: string, unknown: string, change: (id: string) => Plan): void => {
    pairs.push({ place, named, unknown, theirs: change(named), nobodys: change(unknown) })
  }
  for (const { name, in: at, schema } of taking.parameters) {
    const prefix = prefixIn(resolved(schema))
    if (at === 'path' && prefix !== undefined) {
      for (const [kind, own] of ids) {
        for (const id of own.slice(0, kind === prefix ? count * 2 : count - 1)) {
          add(`path ${kind}`, id, unknownId(kind), id => ({ ...sample, path: { ...sample.path, [name]: id } }))
        }
      }
    }
    if (at !== 'query') continue
    const word = words[name]
    const asked = (value: string): Plan => ({ ...sample, query: [...sample.query.filter(([known]) => known !== name), [name, value]] })
    if (word !== undefined && word !== 'none') add(`query ${name}`, word, unlike(word), asked)
    if (prefix === undefined) continue
    for (const id of ids.get(prefix)?.slice(0, count) ?? []) add(`query ${name}`, id, unknownId(prefix), asked)
  }
  const json = taking.bodies['application/json']
  if (json === undefined || typeof sample.body !== 'object' || sample.body === null) return pairs
  for (const [name, schema] of Object.entries(resolved(json).properties ?? {})) {
    const prefix = prefixIn(resolved(schema)) ?? prefixIn(resolved(resolved(schema).items ?? {}))
    if (prefix === undefined || !ids.has(prefix)) continue
    const body = sample.body
    const isList = resolved(schema).type === 'array'
    for (const id of ids.get(prefix)!.slice(0, count)) {
      const said = (id: string): Plan => ({ ...sample, body: { ...body, reference: `of ${prefix}`, [name]: isList ? [id] : id } })
      add(`body ${name}`, id, unknownId(prefix), said)
    }
  }
  return pairs
}

/** The prefix of the ids a schema takes. */
export function prefixIn (schema: Schema): string | undefined {
  const { pattern } = schema
  const own = pattern === undefined ? undefined : /^\^([a-z]{2,3})_/.exec(pattern)?.[1]
  return own ?? schema.anyOf?.map(choice => prefixIn(resolved(choice))).find(prefix => prefix !== undefined)
}

function unlike (word: string): string {
  const last = word.at(-1)!
  return word.slice(0, -1) + (/\d/.test(last) ? (Number(last) + 1) % 10 : last === 'a' ? 'b' : 'a')
}

export interface Asking { readonly theirs: string, readonly nobodys: string, readonly unknown: string }

const graphSchema = buildSchema(readFileSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), 'utf8'))

/** Documents that ask for one thing by its id, by every field that takes one. */
export function documentsWith (id: string, unknown: string): Asking[] {
  return Object.values(graphSchema.getQueryType()!.getFields()).flatMap(field => {
    const taking = field.args.find(({ type }) => getNamedType(type).name === 'ID')
    if (!taking || field.args.some(argument => argument !== taking && String(argument.type).endsWith('!'))) return []
    const ask = (of: string): string => {
      const list = String(taking.type).includes('[')
      const inner = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
      return `{ it: ${field.name}(${taking.name}: ${list ? `["${of}"]` : `"${of}"`})${inner} }`
    }
    return [{ theirs: ask(id), nobodys: ask(unknown), unknown }]
  })
}
