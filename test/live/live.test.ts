// What is seen while a session runs is what was sold, at once, to whoever may see it, and no more than they may.
import t from 'tap'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { openCrowd } from '../../src/api/live/crowd.ts'
import { leftStreamsPerNetworkMax } from '../../src/api/live/stream-left.ts'
import { openVisits, purgeViewers } from '../../src/domain/links/live/count-visits.ts'
import type { LiveSnapshot } from '../../src/domain/links/live/live-snapshot.ts'
import type { LiveSource } from '../../src/domain/links/live/live-source.ts'
import { statementsOf } from '../support/count-statements.ts'
import { until } from '../support/until.ts'
import { listen, openStage } from './stage.ts'

t.test('counts are those of the rows, whatever happens at the same time, and one reader is told of all of it', async t => {
  const stage = await openStage(t)
  const links = [await stage.link({ codes: 30 }), await stage.link({ codes: 30, quota: 20, skus: ['100', '200'] })]
  const { live } = stage.house.worlds.live
  const ending = new AbortController()
  const told: LiveSnapshot[] = []
  const following = (async () => { for await (const snapshot of live.followSession(stage.sessionId, ending.signal)) told.push(snapshot) })()

  const begun = await Promise.all(Array.from({ length: 40 }, (_, i) => stage.starts(links[i % 2]!, { quantity: 1 })))
  const outcomes = await Promise.all(begun.map((checkout, i) => i % 5 === 0 ? Promise.resolve('never') : stage.pays(checkout)))
  // Money for what was ended before comes late, and twice.
  await stage.house.db`update checkouts set expires_at = now() - interval '1 second' where state = 'open'`
  for (let i = 0; i < 3; i++) await stage.pays(begun[1]!)
  for (let i = 0; i < 7; i++) live.countVisit(links[0]!.uuid)
  await live.flush()

  const paid = outcomes.filter(outcome => outcome === 'applied').length
  t.equal(paid, 32)
  await until(() => told.at(-1)?.paid === paid && told.at(-1)?.visits === 7 && told.at(-1)?.refunds[0]?.count === 3)
  const last = told.at(-1)!
  const [rows] = await stage.house.db<{ total: bigint, wholesale: bigint, commission: bigint }[]>`
    select sum(total)::bigint as total, sum(wholesale)::bigint as wholesale, sum(commission)::bigint as commission from checkouts where state = 'completed'`
  t.match(last, { starts: 40, paid, quantity: paid, refunded: 0, visits: 7, left: 30 - 20 + (20 - 20) })
  t.same(last.sums, [{
    currency: 'CNY', revenue: rows!.total, wholesale: rows!.wholesale, commission: rows!.commission, margin: rows!.total - rows!.wholesale - rows!.commission, refunded: 0n
  }])
  t.match(last.refunds, [{ reason: 'paid_twice', count: 3, amount: 3n * begun[1]!.total }])
  t.equal(last.conversion, 1, 'more purchases than views are not more than all')
  t.equal(last.links.reduce((sum, link) => sum + link.paid, 0), paid)
  t.equal(last.minutes.reduce((sum, minute) => sum + minute.quantity, 0), paid)
  t.equal(last.newest.length, 20)
  t.ok(last.newest.every(({ contactHint }) => /^\S*\*{3,}\d{4}$/.test(contactHint)), 'buyers are masked')
  for (const [i, snapshot] of told.entries()) t.equal(snapshot.number, i + 1, 'what one reader is told has no gaps')
  t.ok(told.every((snapshot, i) => i === 0 || JSON.stringify(plain(snapshot)) !== JSON.stringify(plain(told[i - 1]!))), 'nothing is told twice')

  const report = await stage.seller.send('GET', `/v1/sessions/${stage.session}/report`)
  t.match(report.json, { starts: 40, paid, funnel: { open: 8, paid, visits: 7 }, refunds: [{ reason: 'paid_twice', count: 3 }] })
  const stranger = await stage.house.reseller()
  for (const path of ['report', 'live']) t.equal((await stranger.send('GET', `/v1/sessions/${stage.session}/${path}`)).code, 'not_found')
  ending.abort()
  await following
  await stage.house.proves(t)
})

t.test('however many follow, the database is asked the same; nobody follows: it is asked nothing', async t => {
  const stage = await openStage(t)
  const link = await stage.link()
  const { live: world } = stage.house.worlds
  const ending = new AbortController()
  const one = await follow(world.live, stage.sessionId, ending.signal)
  const others = await Promise.all(Array.from({ length: 300 }, () => follow(world.live, stage.sessionId, ending.signal)))
  const sent = await statementsOf(world, async () => {
    await stage.buys(link)
    await until(() => [one, ...others].every(({ last }) => last?.paid === 1))
  })
  t.ok(sent.length > 0 && sent.length < 100, `301 followers learnt of a sale by ${sent.length} statements`)
  const bought = one.last
  t.ok(others.every(({ last }) => last === bought), 'they share what they were told')
  ending.abort()
  await Promise.all([one, ...others].map(({ ended }) => ended))
  const asked = (await statementsOf(world, () => stage.buys(link))).filter(text => /link_visits|link_viewers|from sessions|from links/.test(text))
  t.same(asked, [], 'nobody follows, and nothing is asked')
})

t.test('what several processes count is added up; what a process said that is gone is forgotten', async t => {
  const stage = await openStage(t)
  const link = await stage.link()
  const { db } = stage.house.worlds.live
  const [one, two] = [openVisits(db), openVisits(db)]
  const gone = Array.from({ length: 3 }, () => one.countViewer(link.uuid))
  for (let i = 0; i < 4; i++) two.countViewer(link.uuid)
  for (let i = 0; i < 5; i++) (i % 2 ? one : two).countVisit(link.uuid)
  await Promise.all([one.flush(), two.flush()])
  const viewers = async () => (await stage.seller.send('GET', `/v1/sessions/${stage.session}/report`)).json
  t.match(await viewers(), { viewers: 7, visits: 5 })
  gone[0]!()
  gone[0]!()
  await one.flush()
  t.match(await viewers(), { viewers: 6, visits: 5 }, 'who goes twice has gone once')
  await stage.house.db`update link_viewers set at = now() - interval '11 seconds' where viewers = 4`
  t.match(await viewers(), { viewers: 2 }, 'a process that is silent says nothing')
  t.equal(await purgeViewers(db, 10), 1)
  await Promise.all([one.close(), two.close()])
  t.match(await viewers(), { viewers: 0, visits: 5 })
})

t.test('buyers’ pages are told the state and steps, at once, and never how many', async t => {
  const stage = await openStage(t)
  const link = await stage.link({ codes: 12, slug: 'secretly-12', skus: ['a', 'b'] })
  const path = `/l/${link.slug}/left`
  const buyer = listen(t, stage.house.url, path)
  t.equal(await buyer.status, 'HTTP/1.1 200 OK')
  await until(() => buyer.data().length === 1)
  t.same(buyer.data()[0], { state: 'active', left: 'below_50', skus: { [link.skus[0]!]: 'below_50', [link.skus[1]!]: 'below_50' } })
  await stage.buys(link)
  await stage.buys(link)
  // Twelve less two is in the same step: the next that is told is of the third.
  await stage.buys(link)
  await until(() => buyer.data().length === 2)
  t.match(buyer.data()[1], { left: 'below_50', skus: { [link.skus[0]!]: 'below_10' } })
  await stage.seller.send('POST', `/v1/links/${link.id}/pause`)
  await until(() => buyer.data().at(-1).state === 'paused')
  t.notMatch(buyer.text().replace(/^HTTP[\s\S]*?\r\n\r\n/, '').replace(/retry: \d+/, '').replace(/sku_\w+|below_\d+/g, ''), /\d/, 'no number is told')
  t.match(buyer.text(), /cache-control: no-store\r\n/i)

  const late = listen(t, stage.house.url, path, { headers: { 'last-event-id': '999999999999; drop table' } })
  await until(() => late.data().length === 1)
  t.match(late.data()[0], { state: 'paused' }, 'whatever was heard before, what is so now is told')
  t.match((await stage.seller.send('GET', '/l/no-such-link/left')).code, 'not_found')
  const { live } = stage.house.worlds.live
  await live.flush()
  t.match((await stage.seller.send('GET', `/v1/sessions/${stage.session}/report`)).json, { viewers: 2 }, 'who follows is a viewer')
  const bot = listen(t, stage.house.url, path, { headers: { 'user-agent': 'SomeBot/1.0' } })
  await until(() => bot.data().length === 1)
  buyer.close()
  await until(async () => {
    await live.flush()
    return (await stage.seller.send('GET', `/v1/sessions/${stage.session}/report`)).json.viewers === 1
  })
})

t.test('one network has a bounded number of streams, and leaves the others theirs', async t => {
  const stage = await openStage(t)
  const path = `/l/${(await stage.link()).slug}/left`
  const crowd = Array.from({ length: leftStreamsPerNetworkMax }, () => listen(t, stage.house.url, path))
  for (const one of crowd) t.match(await one.status, / 200 /)
  const refused = listen(t, stage.house.url, path, { from: '127.0.0.9' })
  t.match(await refused.status, / 429 /, 'another address of the same network')
  t.match(await listen(t, stage.house.url, path, { from: '127.0.7.1' }).status, / 200 /)
  crowd[0]!.close()
  await until(async () => / 200 /.test(await listen(t, stage.house.url, path).status))
})

t.test('who reads nothing is dropped, and holds up nobody', async t => {
  const joined: ServerResponse[] = []
  const left: number[] = []
  const crowd = openCrowd(() => left.push(crowd.size))
  const server = createServer((request, response) => {
    joined.push(response)
    crowd.join(response, {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    crowd.end()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const open = () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    return socket
  }
  const [slow, quick] = [open(), open()]
  t.teardown(() => { for (const socket of [slow, quick]) socket.destroy() })
  slow.pause()
  let heard = 0
  quick.on('data', chunk => { heard += chunk.length })
  await until(() => crowd.size === 2)
  let sent = 0
  while (left.length === 0) {
    const frame = Buffer.from(`data: ${sent} ${'x'.repeat(500_000)}\n\n`)
    crowd.tell(frame)
    const before = sent += frame.length
    await until(() => heard >= before)
  }
  t.equal(crowd.size, 1, 'the slow one is gone')
  const before = heard
  crowd.tell(Buffer.from('data: still here\n\n'))
  await until(() => heard > before)
})

t.test('a seller’s stream is whole at first, then tells what differs; it ends with its key', async t => {
  const stage = await openStage(t)
  const link = await stage.link()
  const other = await stage.seller.withKey({ scopes: ['links:read'] })
  const answer = await other.send('GET', `/v1/sessions/${stage.session}/live?close_after_seconds=0`)
  t.match(answer.text, /^retry: 1000\n\nid: 1\nevent: snapshot\ndata: \{"session":"ses_/)

  const stream = await other.kahub.requestRaw('GET', `/v1/sessions/${stage.session}/live`)
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  const hears = async (pattern: RegExp) => {
    while (!pattern.test(heard)) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`the stream ended before ${String(pattern)}`)
      heard += value
    }
  }
  await hears(/event: snapshot\ndata: .*\n\n/)
  await stage.buys(link)
  await hears(/event: delta\ndata: .*"paid":1.*\n\n/)
  const delta = JSON.parse(/event: delta\ndata: (.*"paid":1.*)\n\n/.exec(heard)![1]!)
  t.notOk('title' in delta || 'host_name' in delta, 'what stays is not told again')
  t.equal(delta.minutes.length, 1)
  await stage.house.operator.keys.revoke(other.credentials.keyId)
  await hears(/: (key_revoked|the key is gone)\n\n$/)
  t.equal((await reader.read()).done, true)
})

t.test('the SDK shows a session whole each time, as its report does', async t => {
  const stage = await openStage(t)
  const link = await stage.link()
  const ending = new AbortController()
  let shown = 0
  const following = (async () => {
    for await (const report of stage.seller.kahub.sessions.live(stage.session, {}, { signal: ending.signal })) {
      if (++shown === 1) await stage.buys(link)
      if (report.paid === 1) return report
    }
    throw new Error('it ended before the sale')
  })()
  const { at, ...seen } = await following
  ending.abort()
  const { at: _, ...report } = await stage.seller.kahub.sessions.report(stage.session)
  t.same(seen, report)
  t.ok(shown >= 2 && at > seen.starts_at)
})

/** What is told of a snapshot, but for when and with which number. */
function plain (snapshot: LiveSnapshot): unknown {
  return JSON.parse(JSON.stringify({ ...snapshot, number: 0, at: 0 }, (_, value) => typeof value === 'bigint' ? String(value) : value))
}

/** Follows until the signal; gives what was told last. */
async function follow (source: LiveSource, sessionId: string, signal: AbortSignal) {
  const snapshots = source.followSession(sessionId, signal)
  const first = await snapshots.next()
  const following: { last: LiveSnapshot | undefined, ended: Promise<void> } = { last: first.value ?? undefined, ended: Promise.resolve() }
  following.ended = (async () => { for await (const snapshot of snapshots) following.last = snapshot })()
  return following
}
