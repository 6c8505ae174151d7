// I12, from outside: what is one reseller's is for another as if it were not there, by every operation, with every kind of key.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, getNamedType, isCompositeType } from 'graphql'
import { readId, type IdKind, idPrefixes } from '../../src/base/ids.ts'
import type { Furniture } from '../support/spares.ts'
import { readTaking, resolved, type Schema, type Taking } from './contract-schemas.ts'
import { planOfSample, written, type Plan } from './plan.ts'
import { unknownId } from './pool.ts'
import type { FuzzContext, FuzzResult, FuzzRun } from './run-type.ts'
import { openStage, type Stage } from './stage.ts'
import { openStrangers, type Stranger } from './strangers.ts'
import { asCurl, type Asked, type Signer, type Told, type Wire } from './wire.ts'

export const tenants: FuzzRun = {
  name: 'tenants',
  says: 'what is one reseller’s is, for another, as what does not exist: by every operation, key, token, document and stream',
  run
}

/** What all resellers of a world share. */
const sharedPrefixes: readonly string[] = ['sku', 'prd', 'lot', 'imp', 'prc']
/** Documents that strangers but the first send of a kind: the fields that take any id come first. */
const documentsOfOthers = { slice: 2, whole: undefined }
const perKind = { slice: 1, whole: 2 }
const faultsPerPlaceMax = 3
const sayEvery = 25

/** What an owner has: ids by their prefix, and words that lists are searched by. */
interface Estate { readonly ids: ReadonlyMap<string, readonly string[]>, readonly all: readonly string[], readonly words: Readonly<Record<string, string>> }

/** A request that names what is the owner's, and the same request naming what does not exist. */
interface Pair { readonly place: string, readonly theirs: Plan, readonly nobodys: Plan, readonly named: string, readonly unknown: string }

async function run ({ extent, ending, say }: FuzzContext): Promise<FuzzResult> {
  const stage = await openStage(ending)
  const takings = readTaking().filter(({ path, signed }) => signed && path.startsWith('/v1/') && !path.startsWith('/v1/sandbox/'))
  const alice = stage.furniture.live
  const bob = await stage.furnish('live')
  const ofBob = new Set(idsIn(await live(stage, takings, bob)))
  const estate = estateOf(await live(stage, takings, alice), ofBob)
  say(`the owner has ${estate.all.length} things of ${estate.ids.size} kinds`)
  // From here on no worker changes a row of the owner's by itself.
  const wire = await stage.withoutWorkers()
  const strangers = await openStrangers(stage, wire, bob, takings)
  const { db } = stage.house
  const before = await rowsOf(db, estate.all)
  const faults: string[] = []
  let tried = 0
  const found = (place: string, fault: string, asked: Asked): void => {
    if (faults.filter(known => known.startsWith(place)).length >= faultsPerPlaceMax) return
    say(`${place}: ${fault}`)
    faults.push(`${place}: ${fault}\n  ${asCurl(asked)}`)
  }

  const sendAs = async (stranger: Stranger, plan: Plan): Promise<{ asked: Asked, told: Told }> => {
    const asked = stranger.ask(written(plan, stranger.signer))
    return { asked, told: await wire.send(asked) }
  }
  const told = (text: string): string | undefined => estate.all.find(id => text.includes(id))

  for (const [i, taking] of takings.entries()) {
    if (i % sayEvery === 0) say(`${i} of ${takings.length} operations, ${tried} requests tried, ${faults.length} faults`)
    const pairs = await pairsOf(stage, taking, bob, estate, perKind[extent])
    for (const stranger of strangers.filter(({ may }) => may(taking))) {
      for (const pair of pairs.filter(({ place }) => stranger.wide || place.startsWith('path'))) {
        tried++
        const theirs = await sendAs(stranger, pair.theirs)
        const nobodys = await sendAs(stranger, pair.nobodys)
        const place = `${taking.operationId} by ${stranger.name}, ${pair.place}`
        const [left, right] = [seen(theirs.told, pair.named), seen(nobodys.told, pair.unknown)]
        if (left !== right) found(place, `${left.slice(0, 300)}\n  but for what does not exist ${right.slice(0, 300)}`, theirs.asked)
        const leaked = estate.all.find(id => id !== pair.named && theirs.told.text.includes(id))
        if (leaked !== undefined) found(place, `tells of ${leaked}`, theirs.asked)
      }
      if (taking.method !== 'GET' || taking.path.includes('{id}')) continue
      tried++
      const { asked, told: answer } = await sendAs(stranger, planOfSample(taking, stranger.world, await stage.sample(taking.operationId, bob)))
      const leaked = told(answer.text)
      if (leaked !== undefined) found(`${taking.operationId} by ${stranger.name}`, `a list tells of ${leaked}`, asked)
    }
  }
  for (const stranger of strangers.filter(({ wide }) => wide)) {
    for (const [kind, ids] of estate.ids) {
      for (const document of documentsWith(ids[0]!, unknownId(kind)).slice(0, stranger === strangers[0] ? undefined : documentsOfOthers[extent])) {
        tried++
        const ask = (query: string): Asked => stranger.ask({
          method: 'POST', target: '/graphql', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }), signer: stranger.signer
        })
        const theirs = await wire.send(ask(document.theirs))
        const nobodys = await wire.send(ask(document.nobodys))
        const [left, right] = [seen(theirs, ids[0]!), seen(nobodys, document.unknown)]
        if (left !== right) found(`the graph by ${stranger.name}`, `${left.slice(0, 300)}\n  but for what does not exist ${right.slice(0, 300)}`, ask(document.theirs))
      }
    }
  }
  const after = await rowsOf(db, estate.all)
  const changed = Object.keys(after).filter(table => after[table] !== before[table])
  if (changed.length > 0) faults.push(`strangers changed rows of the owner's in ${changed.join(', ')}`)
  const owner = await ownerSees(wire, takings, alice.reseller.credentials, estate)
  faults.push(...owner.faults)
  return {
    tried,
    faults,
    table: [
      '| | |', '|---|---|',
      `| operations of resellers | ${takings.length} |`, `| strangers | ${strangers.map(({ name }) => name).join(', ')} |`,
      `| things of the owner, kinds | ${estate.all.length}, ${estate.ids.size} |`, `| reads with which the owner herself sees them | ${owner.seen} |`
    ].join('\n')
  }
}

/** Every operation once, for its owner; what was answered. */
async function live ({ wire, sample }: Stage, takings: readonly Taking[], at: Furniture): Promise<string> {
  const texts: string[] = []
  const once = async (taking: Taking): Promise<void> => {
    const asked = written(planOfSample(taking, at.world, await sample(taking.operationId, at)), at.reseller.credentials)
    const { status, text } = await wire.send(asked)
    if (status < 400) texts.push(text)
  }
  // What was made last is listed last; keys, which a sample revokes, are asked for at the end.
  for (const taking of takings.filter(({ method }) => method !== 'GET')) await once(taking)
  for (const taking of takings.filter(({ method }) => method === 'GET')) await once(taking)
  return texts.join('\n')
}

const anyId = /\b(?:[a-z]{2,3}_[0-7][0-9a-hjkmnp-tv-z]{25}|key_(?:live|test)_[0-9a-z]{16,40})\b/g

function idsIn (text: string): string[] {
  return [...new Set(text.match(anyId) ?? [])]
}

function estateOf (text: string, others: ReadonlySet<string>): Estate {
  const all = idsIn(text).filter(id => !others.has(id) && !sharedPrefixes.includes(prefixOf(id)))
  const ids = new Map<string, string[]>()
  // The newest are the ones that still stand.
  for (const id of all.toReversed()) ids.set(prefixOf(id), [...ids.get(prefixOf(id)) ?? [], id])
  const word = (pattern: RegExp): string => [...text.matchAll(pattern)].at(-1)?.[1] ?? 'none'
  return {
    ids,
    all,
    words: { number: word(/"number": ?(\d+)/g), slug: word(/"slug": ?"([^"]+)"/g), cursor: word(/"next_cursor": ?"([^"]+)"/g) }
  }
}

function prefixOf (id: string): string {
  return id.slice(0, id.indexOf('_'))
}

/** The requests of an operation that name what is another's: in the path, in the query, in the body. */
async function pairsOf (stage: Stage, taking: Taking, bob: Furniture, estate: Estate, count: number): Promise<Pair[]> {
  const sample = planOfSample(taking, bob.world, await stage.sample(taking.operationId, bob))
  const pairs: Pair[] = []
  const add = (place: string, named: string, unknown: string, change: (id: string) => Plan): void => {
    pairs.push({ place, named, unknown, theirs: change(named), nobodys: change(unknown) })
  }
  for (const { name, in: at, schema } of taking.parameters) {
    const prefix = prefixIn(resolved(schema))
    if (at === 'path' && prefix !== undefined) {
      for (const [kind, ids] of estate.ids) {
        for (const id of ids.slice(0, kind === prefix ? count * 2 : count - 1)) {
          add(`path ${kind}`, id, unknownId(kind), id => ({ ...sample, path: { ...sample.path, [name]: id } }))
        }
      }
    }
    if (at !== 'query') continue
    const word = estate.words[name]
    const asked = (value: string): Plan => ({ ...sample, query: [...sample.query.filter(([known]) => known !== name), [name, value]] })
    if (word !== undefined && word !== 'none') add(`query ${name}`, word, unlike(word), asked)
    for (const id of prefix === undefined ? [] : estate.ids.get(prefix)?.slice(0, count) ?? []) add(`query ${name}`, id, unknownId(prefix!), asked)
  }
  const json = taking.bodies['application/json']
  if (json === undefined || typeof sample.body !== 'object' || sample.body === null) return pairs
  for (const [name, schema] of Object.entries(resolved(json).properties ?? {})) {
    const prefix = prefixIn(resolved(schema)) ?? prefixIn(resolved(resolved(schema).items ?? {}))
    if (prefix === undefined || !estate.ids.has(prefix)) continue
    const body = sample.body
    const isList = resolved(schema).type === 'array'
    for (const id of estate.ids.get(prefix)!.slice(0, count)) {
      add(`body ${name}`, id, unknownId(prefix), id => ({ ...sample, body: { ...body, reference: `of ${prefix}`, [name]: isList ? [id] : id } }))
    }
  }
  return pairs
}

/** The prefix of the ids a schema takes. */
function prefixIn (schema: Schema): string | undefined {
  const { pattern } = schema
  const own = pattern === undefined ? undefined : /^\^([a-z]{2,3})_/.exec(pattern)?.[1]
  return own ?? schema.anyOf?.map(choice => prefixIn(resolved(choice))).find(prefix => prefix !== undefined)
}

function unlike (word: string): string {
  const last = word.at(-1)!
  return word.slice(0, -1) + (/\d/.test(last) ? (Number(last) + 1) % 10 : last === 'a' ? 'b' : 'a')
}

/** An answer but for what it is about, when it was given, its number, and how far the catalogue, which is everybody's, was read. */
function seen ({ status, type, headers, text }: Told, named: string): string {
  const plain = text.replaceAll(named, '…').replace(/"(request_?[iI]d|synced_until)": ?"[^"]+"/g, '"$1":"…"').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
  const said = plain.replace(anyId, '…').replace(/"(?:secret|number)": ?("[^"]*"|\d+)/g, '…')
  return [status, type, headers.allow ?? '', headers['retry-after'] ?? '', headers['cache-control'] ?? '', said].join(' ')
}

/** Digests of all rows that belong to these ids, by table. */
async function rowsOf (db: Stage['house']['db'], ids: readonly string[]): Promise<Record<string, string>> {
  const inside = ids.map(insideOf).filter(id => id !== undefined)
  const tables = await db<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'live' and tablename not in ('nonces', 'snapshots', 'deliveries', 'delivery_attempts', 'endpoints') order by 1`
  const digests: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await db.unsafe<{ digest: string }[]>(`
      select coalesce(md5(string_agg(row, '' order by row)), '') as digest
      from (select (to_jsonb(t) - 'api_version')::text as row from ${name} t) rows where row ~ $1`, [inside.join('|')])
    digests[name] = row!.digest
  }
  return digests
}

function insideOf (id: string): string | undefined {
  if (id.startsWith('key_')) return id
  const kind = (Object.keys(idPrefixes) as IdKind[]).find(kind => idPrefixes[kind] === prefixOf(id))
  return kind && readId(kind, id)
}

interface Asking { readonly theirs: string, readonly nobodys: string, readonly unknown: string }

const graphSchema = buildSchema(readFileSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), 'utf8'))

/** Documents that ask for one thing by its id, by every field that takes one. */
function documentsWith (id: string, unknown: string): Asking[] {
  return Object.values(graphSchema.getQueryType()!.getFields()).flatMap(field => {
    const taking = field.args.find(({ type }) => getNamedType(type).name === 'ID')
    if (!taking || field.args.some(argument => argument !== taking && String(argument.type).endsWith('!'))) return []
    const ask = (of: string): string => {
      const list = String(taking.type).includes('[')
      return `{ it: ${field.name}(${taking.name}: ${list ? `["${of}"]` : `"${of}"`})${isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''} }`
    }
    return [{ theirs: ask(id), nobodys: ask(unknown), unknown }]
  })
}

/** The owner's own reads: if she sees nothing either, nothing was shown. */
async function ownerSees (wire: Wire, takings: readonly Taking[], signer: Signer, estate: Estate): Promise<{ faults: string[], seen: number }> {
  const faults: string[] = []
  let seen = 0
  for (const taking of takings.filter(({ method, path, operationId }) => method === 'GET' && path.includes('{id}') && operationId !== 'getProduct')) {
    const prefix = prefixIn(resolved(taking.parameters.find(parameter => parameter.in === 'path')!.schema))!
    let sees = false
    for (const id of estate.ids.get(prefix) ?? []) {
      const plan = { ...planOfSample(taking, 'live', { path: { id } }), query: taking.path.endsWith('/live') ? [['close_after_seconds', '0']] as const : [] }
      if ((await wire.send(written(plan, signer))).status < 400) sees = true
      if (sees) break
    }
    if (sees) seen++
    else faults.push(`${taking.operationId}: the owner sees nothing with it either`)
  }
  return { faults, seen }
}
