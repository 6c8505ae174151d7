// I12, from outside: what is one reseller's is for another as if it were not there, by every operation, with every kind of key.
import { readTaking, resolved, type Taking } from './contract-schemas.ts'
import { anyId, estateOf, idsIn, liveThrough, rowsOf, type Estate } from './estate.ts'
import { planOfSample, written, type Plan } from './plan.ts'
import { unknownId } from './pool.ts'
import type { FuzzContext, FuzzResult, FuzzRun } from './run-type.ts'
import { openStage } from './stage.ts'
import { openStrangers, type Stranger } from './strangers.ts'
import { documentsWith, pairsOf, prefixIn } from './tenant-pairs.ts'
import { asCurl, type Asked, type Signer, type Told, type Wire } from './wire.ts'

export const tenants: FuzzRun = {
  name: 'tenants',
  says: 'what is one reseller’s is, for another, as what does not exist: by every operation, key, token, document and stream',
  run
}

const perKind = { slice: 1, whole: 2 }
/** Documents that strangers but the first send of a kind: the fields that take any id come first. */
const documentsOfOthers = { slice: 2, whole: undefined }
const faultsPerPlaceMax = 3
const shownCharsMax = 300
const sayEvery = 25

async function run ({ extent, ending, say }: FuzzContext): Promise<FuzzResult> {
  const stage = await openStage(ending)
  const takings = readTaking().filter(({ path, signed }) => signed && path.startsWith('/v1/') && !path.startsWith('/v1/sandbox/'))
  const alice = stage.furniture.live
  const bob = await stage.furnish('live')
  const ofBob = new Set(idsIn(await liveThrough(stage, takings, bob)))
  const estate = estateOf(await liveThrough(stage, takings, alice), ofBob)
  say(`the owner has ${estate.all.length} things of ${estate.ids.size} kinds`)
  // From here on no worker changes a row of the owner's by itself.
  const wire = await stage.withoutWorkers()
  const strangers = await openStrangers(stage, wire, bob, takings)
  const { db } = stage.house
  const before = await rowsOf(db, estate.all)
  const faults: string[] = []
  let tried = 0

  for (const [i, taking] of takings.entries()) {
    if (i % sayEvery === 0) say(`${i} of ${takings.length} operations, ${tried} requests tried, ${faults.length} faults`)
    const pairs = await pairsOf(stage, taking, bob, estate, perKind[extent])
    for (const stranger of strangers.filter(({ may }) => may(taking))) {
      const write = (plan: Plan): Asked => stranger.ask(written(plan, stranger.signer))
      for (const { place, theirs, nobodys, named, unknown } of pairs) {
        if (!stranger.wide && !place.startsWith('path')) continue
        await compare(`${taking.operationId} by ${stranger.name}, ${place}`, [write(theirs), named], [write(nobodys), unknown])
      }
      if (taking.method === 'GET' && !taking.path.includes('{id}')) await readList(taking, stranger, write)
    }
  }
  for (const stranger of strangers.filter(({ wide }) => wide)) await askTheGraph(stranger)

  const after = await rowsOf(db, estate.all)
  const changed = Object.keys(after).filter(table => after[table] !== before[table])
  if (changed.length > 0) faults.push(`strangers changed rows of the owner's in ${changed.join(', ')}`)
  const owner = await ownerSees(wire, takings, alice.reseller.credentials, estate)
  faults.push(...owner.faults)
  const rows = [
    ['operations of resellers', takings.length],
    ['strangers', strangers.map(({ name }) => name).join(', ')],
    ['things of the owner, kinds', `${estate.all.length}, ${estate.ids.size}`],
    ['reads with which the owner herself sees them', owner.seen]
  ]
  return { tried, faults, table: ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n') }

  function found (place: string, fault: string, asked: Asked): void {
    if (faults.filter(known => known.startsWith(place)).length >= faultsPerPlaceMax) return
    say(`${place}: ${fault}`)
    faults.push(`${place}: ${fault}\n  ${asCurl(asked)}`)
  }

  /** What is the owner's is answered as what does not exist, and tells of nothing else of hers. */
  async function compare (place: string, [theirs, named]: [Asked, string], [nobodys, unknown]: [Asked, string]): Promise<void> {
    tried++
    const told = await wire.send(theirs)
    const left = seen(told, named)
    const right = seen(await wire.send(nobodys), unknown)
    if (left !== right) {
      found(place, `${left.slice(0, shownCharsMax)}\n  but for what does not exist ${right.slice(0, shownCharsMax)}`, theirs)
    }
    const leaked = estate.all.find(id => id !== named && told.text.includes(id))
    if (leaked !== undefined) found(place, `tells of ${leaked}`, theirs)
  }

  async function readList (taking: Taking, stranger: Stranger, write: (plan: Plan) => Asked): Promise<void> {
    tried++
    const asked = write(planOfSample(taking, stranger.world, await stage.sample(taking.operationId, bob)))
    const { text } = await wire.send(asked)
    const leaked = estate.all.find(id => text.includes(id))
    if (leaked !== undefined) found(`${taking.operationId} by ${stranger.name}`, `tells of ${leaked}`, asked)
  }

  async function askTheGraph (stranger: Stranger): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const ask = (query: string): Asked =>
      stranger.ask({ method: 'POST', target: '/graphql', headers, body: JSON.stringify({ query }), signer: stranger.signer })
    const documentsMax = stranger === strangers[0] ? undefined : documentsOfOthers[extent]
    for (const [kind, ids] of estate.ids) {
      for (const { theirs, nobodys, unknown } of documentsWith(ids[0]!, unknownId(kind)).slice(0, documentsMax)) {
        await compare(`the graph by ${stranger.name}`, [ask(theirs), ids[0]!], [ask(nobodys), unknown])
      }
    }
  }
}

/** An answer but for what it is about, when it was given, its number, and how far the catalogue, which is everybody's, was read. */
function seen ({ status, type, headers, text }: Told, named: string): string {
  const plain = text.replaceAll(named, '…').replace(/"(request_?[iI]d|synced_until)": ?"[^"]+"/g, '"$1":"…"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
  const said = plain.replace(anyId, '…').replace(/"(?:secret|number)": ?("[^"]*"|\d+)/g, '…')
  return [status, type, headers.allow ?? '', headers['retry-after'] ?? '', headers['cache-control'] ?? '', said].join(' ')
}

interface OwnerSees { readonly faults: readonly string[], readonly seen: number }

/** The owner's own reads: if she sees nothing either, nothing was shown. */
async function ownerSees (wire: Wire, takings: readonly Taking[], signer: Signer, { ids }: Estate): Promise<OwnerSees> {
  const faults: string[] = []
  let seen = 0
  const reads = takings.filter(({ method, path }) => method === 'GET' && path.includes('{id}'))
  for (const taking of reads.filter(({ operationId }) => operationId !== 'getProduct')) {
    const prefix = prefixIn(resolved(taking.parameters.find(parameter => parameter.in === 'path')!.schema))!
    let sees = false
    for (const id of ids.get(prefix) ?? []) {
      const plan = planOfSample(taking, 'live', { path: { id }, ...taking.path.endsWith('/live') && { query: 'close_after_seconds=0' } })
      if ((await wire.send(written(plan, signer))).status < 400) sees = true
      if (sees) break
    }
    if (sees) seen++
    else faults.push(`${taking.operationId}: the owner sees nothing with it either`)
  }
  return { faults, seen }
}
