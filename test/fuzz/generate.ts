// Values a schema allows: ids that were learnt before, numbers at the bounds, and text no form was made for.
import { sample, stringMatching, type Arbitrary } from 'fast-check'
import { resolved, type Schema } from './contract-schemas.ts'
import type { Draw } from './draw.ts'
import { unknownId, type Pool } from './pool.ts'

export interface Means { readonly draw: Draw, readonly pool: Pool }

const depthMax = 7
const itemsMax = 3
const optionalPercent = 45
const textLengthMax = 40

/** A value that fits the schema; `name` is the field it is for. */
export function valueOf (schema: Schema, name: string, means: Means, depth = 0): unknown {
  const { draw } = means
  const of = resolved(schema)
  if (of.const !== undefined) return of.const
  if (of.enum) return draw.pick(of.enum)
  const choices = of.anyOf ?? of.oneOf
  if (choices) return valueOf(draw.pick(choices), name, means, depth + 1)
  if (of.allOf) return Object.assign({}, ...of.allOf.map(part => valueOf(part, name, means, depth + 1)))
  const type = typeof of.type === 'object' ? draw.pick(of.type) : of.type
  if (type === 'object' || (type === undefined && of.properties)) return objectOf(of, means, depth)
  if (type === 'array') return arrayOf(of, name, means, depth)
  if (type === 'integer' || type === 'number') return numberOf(of, draw)
  if (type === 'boolean') return draw.percent(50)
  if (type === 'null') return null
  return textOf(of, name, means)
}

function objectOf ({ properties = {}, required = [], additionalProperties }: Schema, means: Means, depth: number): object {
  const { draw } = means
  const isGiven = (name: string): boolean => required.includes(name) || (depth < depthMax && draw.percent(optionalPercent))
  const given = Object.entries(properties).filter(([name]) => isGiven(name))
  const fields: [string, unknown][] = given.map(([name, schema]) => [name, valueOf(schema, name, means, depth + 1)])
  if (typeof additionalProperties === 'object' && depth < depthMax) {
    for (let n = draw.below(3); n > 0; n--) fields.push([draw.pick(names), valueOf(additionalProperties, 'free', means, depth + 1)])
  }
  return Object.fromEntries(fields)
}

const names = ['a', 'host', 'content-type', 'x-y', '名字', 'signature-input']

function arrayOf ({ items = {}, minItems = 0, maxItems = itemsMax }: Schema, name: string, means: Means, depth: number): unknown[] {
  const count = depth >= depthMax ? minItems : minItems + means.draw.below(Math.max(1, Math.min(maxItems - minItems, itemsMax) + 1))
  return Array.from({ length: count }, () => valueOf(items, name, means, depth + 1))
}

function numberOf ({ type, minimum, maximum }: Schema, draw: Draw): number {
  const from = minimum ?? 0
  const to = maximum ?? 1_000
  const small = from + draw.below(Math.max(1, Math.min(to - from, 5) + 1))
  const number = draw.pick([small, small, small, from, to, from + draw.below(Math.min(to - from, 2 ** 31) + 1)])
  return type === 'integer' ? Math.ceil(number) : number
}

const hour = 3_600_000

function textOf (schema: Schema, name: string, means: Means): string {
  const { draw, pool } = means
  const { pattern, format, minLength = 0, maxLength = textLengthMax, examples } = schema
  const prefix = pattern === undefined ? undefined : /^\^([a-z]{2,3})_/.exec(pattern)?.[1]
  if (prefix !== undefined) return (draw.percent(88) ? pool.one(prefix, draw) : undefined) ?? unknownId(prefix)
  if (name === 'cursor') return pool.one('cursor', draw) ?? 'W10.AAAAAAAAAAAAAAAA'
  if (['receipt', 'live', 'overlay', 'paying'].includes(name)) return pool.one(name, draw) ?? 'none'
  if (name === 'slug' && draw.percent(80)) return pool.one('slug', draw) ?? 'slug'
  if (name === 'reference') return draw.percent(15) ? pool.one('reference', draw) ?? 'r' : `fuzz ${draw.below(2 ** 31)}`
  if (examples && examples.length > 0 && draw.percent(60)) return String(draw.pick(examples))
  if (format === 'date-time') return new Date(Date.now() + (draw.below(2_000) - 1_000) * hour).toISOString()
  if (format === 'date') return new Date(Date.now() + (draw.below(2_000) - 1_000) * hour).toISOString().slice(0, 10)
  if (format === 'uri' || /url$|_uri$/.test(name)) return `https://${draw.pick(['shop', '商店', 'a.b'])}.invalid/${draw.below(1_000)}`
  if (pattern !== undefined) return matching(pattern, draw).slice(0, maxLength)
  return freeText(minLength, Math.min(maxLength, textLengthMax), draw)
}

const arbitraries = new Map<string, Arbitrary<string>>()

function matching (pattern: string, draw: Draw): string {
  const known = arbitraries.get(pattern) ?? stringMatching(new RegExp(pattern, 'u'))
  arbitraries.set(pattern, known)
  return sample(known, { numRuns: 1, seed: draw.below(2 ** 31) })[0]!
}

const letters = [
  'a', 'b', 'Z', '7', ' ', '-', '_', '.', '卡', '密', 'é', '\u{1f3ab}', '\u202e', '\u00a0', "'", '"', '<', '&', '%', '\\', '/', ';', '='
]

function freeText (min: number, max: number, draw: Draw): string {
  const length = min + draw.below(Math.max(1, max - min + 1))
  const letter = (): string => draw.percent(70) ? draw.pick(['a', 'b', 'c', '1']) : draw.pick(letters)
  return Array.from({ length }, letter).join('').slice(0, Math.max(max, 1))
}
