// The overlay's address and its stream of news, over HTTP.
import t from 'tap'
import { stepOf } from '../../src/api/buying/left.ts'
import { overlaysPerSessionMax, purchasesMax } from '../../src/api/embedding/overlay.ts'
import { listen, openStage } from '../live/stage.ts'
import { until } from '../support/until.ts'

const stage = await openStage(t)
const { house, seller } = stage
const pathOf = async (session: string): Promise<string> => new URL((await seller.send('GET', `/v1/sessions/${session}`)).json.overlay_url).pathname
const newSession = async (reference: string): Promise<string> =>
  (await seller.send('POST', '/v1/sessions', { body: { reference, title: 'Another' } })).json.id

t.test('whoever has the address is told what was sold and what is left in steps, and of buyers no more than a hint', async t => {
  const link = await stage.link({ codes: 30, product: 'Steam wallet', skus: ['¥100'] })
  const stream = listen(t, house.url, `${await pathOf(stage.session)}/events`)
  t.match(await stream.status, /200/)
  await until(() => stream.data().length === 1)
  const [first] = stream.data()
  t.match(first, { sold: 0, left: 'below_50', purchases: [] })
  t.ok(Math.abs(first.now - Date.now()) < 60_000)

  const checkout = await stage.buys(link, { contact: '+8613800005678', quantity: 2 })
  await until(() => stream.data().at(-1).sold === 2)
  const [newest] = stream.data().at(-1).purchases
  t.same(Object.keys(newest).sort(), ['at', 'buyer', 'goods', 'key', 'quantity'])
  t.match(newest, { buyer: '138****5678', goods: 'Steam wallet ¥100', quantity: 2 })
  for (let i = 0; i < purchasesMax + 2; i++) await stage.buys(link)
  await until(() => stream.data().at(-1).sold === purchasesMax + 4)
  const last = stream.data().at(-1)
  t.equal(last.purchases.length, purchasesMax)
  t.equal(new Set(last.purchases.map(({ key }: { key: string }) => key)).size, purchasesMax, 'each can be told from the next')
  t.equal(last.left, stepOf(30 - purchasesMax - 4))

  const heard = stream.text()
  for (const secret of ['00005678', checkout.id, checkout.id.replaceAll('-', ''), 'chk_', 'revenue', 'commission', 'wholesale', 'margin', '98']) {
    t.notOk(heard.slice(heard.indexOf('\r\n\r\n')).replaceAll(/"(now|at)":\d+|"key":"[^"]*"/g, '').includes(secret), `nothing of ${secret}`)
  }
  stream.close()
})

t.test('an address that was made anew opens nothing any more, and who was listening hears nothing more', async t => {
  const session = await newSession('rotated')
  const before = await pathOf(session)
  const heard = (await fetch(`${house.url}${before}/events`)).body!.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; !text.includes('event: news');) text += (await heard.read()).value
  const rotated = await seller.send('POST', `/v1/sessions/${session}/rotate-addresses`, { body: {} })
  t.equal(rotated.status, 200, rotated.text)
  const { done } = await heard.read()
  t.ok(done, 'the stream is over')
  for (const path of [before, `${before}/events`]) t.equal((await fetch(house.url + path)).status, 404)
  const after = await pathOf(session)
  t.not(after, before)
  t.equal((await fetch(house.url + after)).status, 200)
})

t.test('no other token opens it, and the page is kept by nobody and framed by nobody', async t => {
  const { json } = await seller.send('GET', `/v1/sessions/${stage.session}`)
  const token = await pathOf(stage.session)
  const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
  const live = new URL(json.live_url).pathname.replace('/live/', '/overlay/')
  for (const path of [live, token.slice(0, -4), `${token}A`, token.replace('/overlay/', '/overlay/test-'), '/overlay/x', `/overlay/${'A'.repeat(43)}`, flipped]) {
    t.equal((await fetch(house.url + path)).status, 404, path)
    t.equal((await fetch(`${house.url}${path}/events`)).status, 404, `${path}/events`)
  }
  const answer = await fetch(`${house.url}${token}?theme=none&max=999&lang=en`)
  const html = await answer.text()
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal(answer.headers.get('referrer-policy'), 'no-referrer')
  t.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'$/)
  t.ok(html.includes(`data-max="${purchasesMax}"`) && html.includes('class="dark"'), 'what an address says wrongly is as if it said nothing')
})

t.test('a stream has so many overlays and no more; one that closes leaves its place', async t => {
  const path = `${await pathOf(await newSession('many'))}/events`
  const streams = Array.from({ length: overlaysPerSessionMax }, () => listen(t, house.url, path))
  for (const { status } of streams) t.match(await status, /200/)
  t.equal((await fetch(house.url + path)).status, 429)
  streams[0]!.close()
  await until(async () => {
    const next = listen(t, house.url, path)
    return /200/.test(await next.status)
  })
})

t.test('who guesses tokens is asked to wait', async t => {
  const statuses = new Set<number>()
  for (let n = 0; n < 80; n++) statuses.add((await fetch(`${house.url}/overlay/${String(n).padStart(43, 'A')}`)).status)
  t.same([...statuses].sort(), [404, 429])
  t.equal((await fetch(house.url + await pathOf(stage.session))).status, 200, 'who knows it is not')
})
