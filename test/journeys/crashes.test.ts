// Crashes: of the API, of PostgreSQL, of the line between them, while orders are under way. A client keeps a journal of what it
// sent and heard; what it did not hear it settles with the same reference, and then nothing is lost and nothing is there twice.
import t, { type Test } from 'tap'
import { newId, readId } from '../../src/base/ids.ts'
import { readMasterKeys } from '../../src/base/seal.ts'
import { openWorld } from '../../src/compose.ts'
import { openOwner } from '../../src/postgres/pool.ts'
import { startApi } from '../support/api-process.ts'
import { openHouse, type Answer, type Reseller } from '../support/house.ts'
import { openLine } from '../support/open-line.ts'
import { openLossyLine } from '../support/lossy-line.ts'
import { useOwnCluster } from '../support/postgres.ts'

const cluster = await useOwnCluster(t)
const house = await openHouse(t)
const owner = openOwner(house.databaseUrl)
t.teardown(() => owner.end({ timeout: 1 }))

interface Entry { readonly body: object, heard: Answer | undefined }

/** A client's own record, written before sending and after hearing; many orders at a time, until it is told to stop. */
function openJournal (reseller: Reseller, sku: string, name: string) {
  const entries = new Map<string, Entry>()
  const watchers: { readonly holds: (answers: readonly Answer[]) => boolean, readonly resolve: () => void }[] = []
  const answers: Answer[] = []
  const ending = new AbortController()

  async function work (): Promise<void> {
    while (!ending.signal.aborted && entries.size < entriesMax) {
      const reference = `${name}-${entries.size}`
      const entry: Entry = { body: { reference, lines: [{ sku, quantity: 1 + entries.size % 3 }] }, heard: undefined }
      entries.set(reference, entry)
      const answer = await reseller.send('POST', '/v1/orders', { body: entry.body }).catch(() => undefined)
      if (answer) {
        answers.push(answer)
        if (answer.status < 500) entry.heard = answer
      }
      for (const watcher of watchers) if (watcher.holds(answers)) watcher.resolve()
    }
  }
  const workers = Array.from({ length: 8 }, work)

  return {
    answers,
    /** Waits until what was heard so far is as described. */
    until: (holds: (answers: readonly Answer[]) => boolean) => new Promise<void>(resolve => watchers.push({ holds, resolve })),
    async stop () {
      ending.abort()
      await Promise.all(workers)
    },
    /** Asks again for everything, heard of or not, and holds the answers against the journal and the database (I4, I9). */
    async settles (t: Test, by: Reseller) {
      const unknown = [...entries.values()].filter(entry => !entry.heard)
      const again = await Promise.all([...entries.values()].map(({ body }) => by.send('POST', '/v1/orders', { body })))
      const wrong = [...entries.values()].flatMap(({ heard }, i) => {
        const { status, text } = again[i]!
        return (heard ? status === 200 && text === heard.text : status === 200 || status === 201) ? [] : [{ heard, again: again[i] }]
      })
      t.same(wrong, [], `every answer stands, and ${unknown.length} unknown outcomes are settled`)
      const ids = new Set(again.map(({ json }) => json.id))
      t.equal(ids.size, entries.size, 'an order for each reference')
      const codes = again.flatMap(({ json }) => json.lines[0].codes.map((code: { secret: string }) => code.secret))
      t.equal(new Set(codes).size, codes.length, 'no code twice')
      const [stored] = await house.db<{ count: number }[]>`
        select count(*)::int as count from live.orders
        where reseller_id = (select reseller_id from live.api_keys where id = ${by.credentials.keyId})`
      t.equal(stored!.count, entries.size, 'no order beside them')
      return unknown.length
    }
  }
}

const entriesMax = 20_000
const count = (status: number, answers: readonly Answer[]): number => answers.filter(answer => answer.status === status).length

t.test('an API process killed under load loses no acknowledged order; the same references settle the rest', async t => {
  const [reseller, sku, api] = [
    await house.reseller(), await house.sku({ codes: 10_000, price: '1' }), await startApi(t, house.databaseUrl, house.masterKey)
  ]
  const journal = openJournal(reseller.at(api.url), sku, 'killed')
  await journal.until(answers => count(201, answers) >= 100)
  await api.kill()
  await journal.stop()
  const next = await startApi(t, house.databaseUrl, house.masterKey)
  const unknown = await journal.settles(t, reseller.at(next.url))
  t.ok(unknown > 0, 'the kill left outcomes unknown')
  await house.proves(t)
})

t.test('PostgreSQL stopped at once and started again under load: 503 in between, then all goes on by itself', async t => {
  const line = await openLine(house.databaseUrl)
  t.teardown(line.close)
  const [reseller, sku, api] = [
    await house.reseller(), await house.sku({ codes: 10_000, price: '1' }), await startApi(t, line.url, house.masterKey)
  ]
  const journal = openJournal(reseller.at(api.url), sku, 'immediate')
  await journal.until(answers => count(201, answers) >= 100)
  line.cut()
  process.kill(cluster.postmasterPid(), 'SIGQUIT')
  await journal.until(answers => count(503, answers) >= 16)
  const refused = journal.answers.filter(({ status }) => status === 503)
  t.same(journal.answers.filter(({ status }) => ![201, 503].includes(status)), [], 'an order or a 503')
  t.same([...new Set(refused.map(({ code }) => code))], ['database_unavailable'])
  t.ok(refused.every(({ headers }) => headers['content-type'] === 'application/problem+json' && Number(headers['retry-after']) >= 1))
  t.ok((await fetch(`${api.url}/health/live`)).ok, 'the process lives')
  t.equal((await fetch(`${api.url}/health/ready`)).status, 503, 'and says that it is not ready')
  await answersAgain()
  line.mend()
  const before = count(201, journal.answers)
  await journal.until(answers => count(201, answers) >= before + 100)
  await journal.stop()
  t.ok((await fetch(`${api.url}/health/ready`)).ok, 'ready again')
  await journal.settles(t, reseller.at(api.url))
  t.equal(await api.stop(), 0)
  await house.proves(t)
})

/** Returns when PostgreSQL takes statements again: its supervisor has started it. */
async function answersAgain (): Promise<void> {
  for (;;) {
    try {
      await Promise.all([owner`select 1`, house.db`select 1`])
      return
    } catch { /* not yet */ }
  }
}

t.test('backends ended one after the other in the middle of orders cost a 503 at most', async t => {
  const [reseller, sku, api] = [
    await house.reseller(), await house.sku({ codes: 10_000, price: '1' }), await startApi(t, house.databaseUrl, house.masterKey)
  ]
  const journal = openJournal(reseller.at(api.url), sku, 'terminated')
  for (let round = 1; round <= 15; round++) {
    await journal.until(answers => count(201, answers) >= round * 20)
    await owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'kahub live%' and datname = current_database()`
  }
  await journal.until(answers => count(201, answers) >= 350)
  await journal.stop()
  t.same(journal.answers.filter(({ status }) => ![200, 201, 503].includes(status)), [], 'an order or a 503')
  await journal.settles(t, reseller.at(api.url))
  t.equal(await api.stop(), 0, 'the process lived')
  await house.proves(t)
})

t.test('an order whose commit was done but never answered is answered all the same: once, and not as a used nonce', async t => {
  const line = await openLossyLine(t, house.databaseUrl, 'kahub live orders')
  const [reseller, sku] = [await house.reseller(), await house.sku({ codes: 100, price: '1' })]
  const api = await startApi(t, line.url, house.masterKey)
  const send = (reference: string) =>
    reseller.at(api.url).send('POST', '/v1/orders', { body: { reference, lines: [{ sku, quantity: 2 }] } })
  t.match(await send('heard'), { status: 201 })
  const lost = line.loseNextCommit()
  const answer = await send('unheard')
  await lost
  t.match(answer, { status: 200, json: { state: 'completed', delivered: 2 } }, 'it was there when the batch was tried again')
  t.equal(answer.json.lines[0].codes.length, 2)
  t.equal((await send('unheard')).text, answer.text)
  t.equal((await reseller.send('GET', '/v1/wallets')).json.data[0].balance.amount, '99996.00')
  await house.proves(t)
})

t.test('a captured request does not get through because its batch is tried again', async t => {
  const line = await openLossyLine(t, house.databaseUrl, 'kahub live orders')
  const [reseller, sku] = [await house.reseller(), await house.sku({ codes: 100, price: '1' })]
  const world = await openWorld(line.url, 'live', readMasterKeys(house.masterKey))
  t.teardown(() => world.close())
  const resellerId = readId('reseller', reseller.id)!
  const skuId = readId('sku', sku)!
  const spent = newId()
  await house.db`insert into live.nonces (id) values (${spent})`
  const order = (reference: string, nonce: string) => world.placeOrder({
    resellerId,
    keyId: reseller.credentials.keyId,
    nonce,
    ip: '127.0.0.1',
    reference,
    lines: [{ skuId, quantity: 1 }],
    fill: 'all_or_nothing',
    maxTotal: null,
    reveal: true,
    terms: null,
    settle: 'now',
    faults: 'order'
  })
  const lost = line.loseNextCommit()
  const [fresh, captured] = await Promise.allSettled([order('fresh', newId()), order('captured', spent)])
  await lost
  t.match(fresh, { status: 'fulfilled', value: { replayed: true, codes: [{}] } })
  t.match(captured, { status: 'rejected', reason: { code: 'nonce_reused' } })
  await house.proves(t)
})

t.test('a server told to end answers what is in flight before it does', async t => {
  const [reseller, sku, api] = [
    await house.reseller(), await house.sku({ codes: 100, price: '1' }), await startApi(t, house.databaseUrl, house.masterKey)
  ]
  const body = { reference: 'in-flight', lines: [{ sku, quantity: 1 }] }
  const lockPool = openOwner(house.databaseUrl)
  t.teardown(() => lockPool.end({ timeout: 1 }))
  const { answer, ended } = await lockPool.begin(async lock => {
    await lock`
      select 1 from live.resellers r join live.api_keys k on k.reseller_id = r.id where k.id = ${reseller.credentials.keyId} for update of r`
    const answer = reseller.at(api.url).send('POST', '/v1/orders', { body })
    const waits = () => owner`select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'kahub live orders'`
    while ((await waits()).length === 0);
    return { answer, ended: api.stop() }
  })
  t.match(await answer, { status: 201 })
  t.equal(await ended, 0)
  await house.proves(t)
})
